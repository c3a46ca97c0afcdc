//! The sample provider over HTTP.

#[cfg(test)]
mod sample;
