//! Answers as documents for other programs and other people: SVG, a
//! self-contained HTML page, Mermaid, DOT.
//!
//! Pure: data goes in, a text comes out. Nothing here knows the terminal (that
//! is `ui`), reads a clock or touches a file; no document loads anything from
//! anywhere, and everything in it that comes from a file or from Git is escaped.

pub mod dot;
mod escape;
pub mod html;
pub mod mermaid;
pub mod page;
mod strokes;
pub mod svg;
mod tone;
mod words;

pub use escape::{xml as escape, xml_lines as escape_lines};

#[cfg(test)]
mod testing;
