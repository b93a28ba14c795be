//! Ways on which others lost something; the numbers are those of the list of pitfalls.
