//! What is asked at a terminal.
