//! Flows against the real engine over HTTP.

#[cfg(test)]
mod examples;
#[cfg(test)]
mod grants;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod returns;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod switches;
#[cfg(test)]
mod troubles;
#[cfg(test)]
mod vault;
