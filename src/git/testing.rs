//!  placeholder
