//! HT: how every endpoint behaves as HTTP.

mod request;
mod response;

use serde_json::Value;

fn link_code(issued: &Value) -> String {
    issued["magicLink"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}
