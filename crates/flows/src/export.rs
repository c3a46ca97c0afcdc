//! A run to take along: as curl lines, an HTTP file, Markdown, HAR, or code. Nothing secret is in any of them: in what can
//! be run again, a variable stands in its place.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

use crate::exchange::{Got, Recorder, Sent, Step};
use crate::secrets::is_secret;
use crate::view::{self, StepView, pairs, view, without_secrets};

/// A form a run is taken along in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ExportFormat")]
pub enum Format {
    /// Lines for a shell.
    Curl,
    /// A file of requests, as editors run them.
    Http,
    /// For a report: what was sent, what came, what was checked.
    Markdown,
    /// HTTP Archive 1.2.
    Har,
    /// `fetch`.
    Javascript,
    /// `requests`.
    Python,
    /// `reqwest`.
    Rust,
}

/// A variable's name for a secret.
fn variable(name: &str) -> String {
    let mut upper = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && upper.chars().last().is_some_and(|last| last != '_') {
            upper.push('_');
        }
        upper.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' });
    }
    upper
}

/// A request with variables in the place of its secrets.
struct Bare {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    form: Vec<(String, String)>,
    json: Option<Value>,
}

fn bare(sent: &Sent, recorder: &Recorder) -> Bare {
    let hide = |name: &str, _: &str| format!("${{{}}}", variable(name));
    let mut url = sent.url.clone();
    url.set_query(None);
    let mut url = url.to_string();
    if let Some(query) = sent.url.query() {
        let pairs = pairs(query.as_bytes(), hide);
        let encode = |text: &str| {
            if text.starts_with("${") {
                text.to_owned()
            } else {
                url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
            }
        };
        let query: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let _ = write!(url, "?{}", query.join("&"));
    }
    let headers = sent.headers.iter().filter(|(name, _)| name != "traceparent").map(|(name, value)| {
        let value = match value.split_once(' ') {
            Some(("Basic", _)) => "Basic ${CLIENT_BASIC}".to_owned(),
            Some(("Bearer", _)) => "Bearer ${ACCESS_TOKEN}".to_owned(),
            _ if is_secret(name) => hide(name, value),
            _ => value.to_string(),
        };
        (name.clone(), value)
    });
    let json = serde_json::from_slice::<Value>(&sent.body).ok().map(|json| without_secrets(&json, &hide));
    let form = if json.is_some() { Vec::new() } else { pairs(&sent.body, hide) };
    let scrub = |text: String| recorder.secrets().scrub(&text);
    Bare {
        method: sent.method.clone(),
        url: scrub(url),
        headers: headers.map(|(name, value)| (name, scrub(value))).collect(),
        form: form.into_iter().map(|(name, value)| (name, scrub(value))).collect(),
        json,
    }
}

/// Writes a run, or one step of it.
pub fn export(recorder: &Recorder, format: Format, step: Option<u64>) -> String {
    let wanted = |own: &&Step| step.is_none_or(|number| own.number == number);
    let steps: Vec<Step> = recorder.record().steps.iter().filter(wanted).cloned().collect();
    let requests: Vec<Bare> =
        steps.iter().filter_map(|step| step.request.as_ref()).map(|sent| bare(sent, recorder)).collect();
    let text = match format {
        Format::Curl => requests.iter().map(curl).collect::<Vec<_>>().join("\n\n"),
        Format::Http => requests.iter().map(http).collect::<Vec<_>>().join("\n###\n\n"),
        Format::Javascript => requests.iter().map(javascript).collect::<Vec<_>>().join("\n\n"),
        Format::Python => format!(
            "# pip install requests\nimport os\nimport requests\n\n{}",
            requests.iter().map(python).collect::<Vec<_>>().join("\n\n")
        ),
        Format::Rust => format!(
            "// cargo add reqwest --features form,json\nlet http = reqwest::Client::new();\nlet secret = |name: &str| std::env::var(name).unwrap_or_default();\n\n{}",
            requests.iter().map(rust).collect::<Vec<_>>().join("\n\n")
        ),
        Format::Markdown => {
            let run = view(recorder);
            run.steps
                .iter()
                .filter(|own| step.is_none_or(|number| own.number == number))
                .map(markdown)
                .collect::<Vec<_>>()
                .join("\n")
        }
        Format::Har => {
            let entries: Vec<Value> = steps.iter().filter_map(|step| har(step, recorder)).collect();
            let creator = json!({ "name": "Anteroom", "version": env!("CARGO_PKG_VERSION") });
            let har = json!({ "log": { "version": "1.2", "creator": creator, "entries": entries } });
            serde_json::to_string_pretty(&har).unwrap_or_default()
        }
    };
    recorder.secrets().scrub(&text)
}

/// In quotation marks of a shell that fill variables in.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('`', "\\`");
    let mut out = String::new();
    let mut rest = escaped.as_str();
    // only our own variables are variables
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        out.push_str(if from.starts_with("${") { "$" } else { "\\$" });
        rest = &from[1..];
    }
    out.push_str(rest);
    format!("\"{out}\"")
}

fn curl(request: &Bare) -> String {
    let mut text = format!("curl -si -X {} {}", request.method, quoted(&request.url));
    for (name, value) in &request.headers {
        match value.as_str() {
            "Basic ${CLIENT_BASIC}" => text.push_str(" \\\n  -u \"${CLIENT_ID}:${CLIENT_SECRET}\""),
            _ if name == "content-type" && request.json.is_none() => {}
            value => {
                let _ = write!(text, " \\\n  -H {}", quoted(&format!("{name}: {value}")));
            }
        }
    }
    for (name, value) in &request.form {
        let _ = write!(text, " \\\n  --data-urlencode {}", quoted(&format!("{name}={value}")));
    }
    if let Some(json) = &request.json {
        let _ = write!(text, " \\\n  --data {}", quoted(&json.to_string()));
    }
    text
}

fn http(request: &Bare) -> String {
    let variables = |text: &str| text.replace("${", "{{").replace('}', "}}");
    let mut text = format!("{} {}\n", request.method, variables(&request.url));
    for (name, value) in &request.headers {
        let _ = writeln!(text, "{name}: {}", variables(value));
    }
    let encode = |value: &str| {
        if value.starts_with("${") {
            variables(value)
        } else {
            url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
        }
    };
    let form = || {
        let pairs = request.form.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        pairs.collect::<Vec<_>>().join("&")
    };
    let body = request
        .json
        .as_ref()
        .map_or_else(form, |json| serde_json::to_string_pretty(json).unwrap_or_default());
    if !body.is_empty() {
        let _ = write!(text, "\n{body}\n");
    }
    text
}

/// A text of JavaScript or Rust; `${NAME}` becomes what reads the variable.
fn literal(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// The variable a text consists of.
fn whole_variable(text: &str) -> Option<&str> {
    text.strip_prefix("${")?.strip_suffix('}')
}

fn javascript(request: &Bare) -> String {
    let value = |text: &str| match whole_variable(text) {
        Some(name) => format!("process.env.{name}"),
        None if text.contains("${") => format!("`{}`", text.replace("${", "${process.env.")),
        None => literal(text),
    };
    let mut text = format!(
        "const answer = await fetch({}, {{\n  method: {},\n  headers: {{\n",
        value(&request.url),
        literal(&request.method)
    );
    for (name, own) in
        request.headers.iter().filter(|(name, _)| name != "content-type" || request.json.is_some())
    {
        let _ = writeln!(text, "    {}: {},", literal(name), value(own));
    }
    text.push_str("  },\n");
    if let Some(json) = &request.json {
        let _ = writeln!(text, "  body: JSON.stringify({json}),");
    } else if !request.form.is_empty() {
        text.push_str("  body: new URLSearchParams({\n");
        for (name, own) in &request.form {
            let _ = writeln!(text, "    {}: {},", literal(name), value(own));
        }
        text.push_str("  }),\n");
    }
    text.push_str("});\nconsole.log(answer.status, await answer.text());");
    text
}

fn python(request: &Bare) -> String {
    let value = |text: &str| match whole_variable(text) {
        Some(name) => format!("os.environ[\"{name}\"]"),
        None => match text.split_once("${").and_then(|(head, rest)| Some((head, rest.split_once('}')?))) {
            Some((head, (name, tail))) => {
                format!("{} + os.environ[\"{name}\"] + {}", literal(head), literal(tail))
            }
            None => literal(text),
        },
    };
    let mut text = format!(
        "answer = requests.request(\n    {},\n    {},\n    headers={{\n",
        literal(&request.method),
        value(&request.url)
    );
    for (name, own) in request.headers.iter().filter(|(name, _)| name != "content-type") {
        let _ = writeln!(text, "        {}: {},", literal(name), value(own));
    }
    text.push_str("    },\n");
    if let Some(json) = &request.json {
        let _ = writeln!(text, "    json={json},");
    } else if !request.form.is_empty() {
        text.push_str("    data={\n");
        for (name, own) in &request.form {
            let _ = writeln!(text, "        {}: {},", literal(name), value(own));
        }
        text.push_str("    },\n");
    }
    text.push_str("    timeout=10,\n)\nprint(answer.status_code, answer.text)");
    text
}

fn rust(request: &Bare) -> String {
    let value = |text: &str| match whole_variable(text) {
        Some(name) => format!("secret(\"{name}\")"),
        None => match text.split_once("${").and_then(|(head, rest)| Some((head, rest.split_once('}')?))) {
            Some((head, (name, tail))) => {
                format!("format!(\"{{}}{{}}{{}}\", {}, secret(\"{name}\"), {})", literal(head), literal(tail))
            }
            None => format!("{}.to_owned()", literal(text)),
        },
    };
    let mut text = format!(
        "let answer = http\n    .request(\"{}\".parse()?, {})\n",
        request.method,
        value(&request.url)
    );
    for (name, own) in request.headers.iter().filter(|(name, _)| name != "content-type") {
        let _ = writeln!(text, "    .header({}, {})", literal(name), value(own));
    }
    if let Some(json) = &request.json {
        let _ = writeln!(text, "    .json(&serde_json::json!({json}))");
    } else if !request.form.is_empty() {
        text.push_str("    .form(&[\n");
        for (name, own) in &request.form {
            let _ = writeln!(text, "        ({}, {}),", literal(name), value(own));
        }
        text.push_str("    ])\n");
    }
    text.push_str("    .send()\n    .await?;\nprintln!(\"{} {}\", answer.status(), answer.text().await?);");
    text
}

fn markdown(step: &StepView) -> String {
    let mut text = format!("### {}. {}: {:?}\n\n", step.number, step.name, step.state);
    for (what, message) in [("Sent", &step.request), ("Got", &step.answer)] {
        if let Some(message) = message {
            let _ = writeln!(text, "{what}\n\n```http\n{}", message.start);
            for header in &message.headers {
                let _ = writeln!(text, "{}: {}", header.name, header.value);
            }
            let _ = writeln!(text, "\n{}\n```\n", message.body);
        }
    }
    for note in &step.notes {
        let _ = writeln!(text, "- {note}");
    }
    if !step.checks.is_empty() {
        text.push_str("| Check | Expected | Found | Holds |\n| --- | --- | --- | --- |\n");
        for check in &step.checks {
            let holds = if check.passed { "yes" } else { "no" };
            let _ = writeln!(text, "| {} | {} | {} | {holds} |", check.check, check.expected, check.found);
        }
    }
    if let Some(trouble) = &step.trouble {
        let _ = writeln!(text, "\n{} {}", trouble.happened, trouble.advice);
    }
    text
}

/// An entry of an HTTP archive. Times are not kept, so that two runs can be compared.
fn har(step: &Step, recorder: &Recorder) -> Option<Value> {
    let sent = step.request.as_ref()?;
    let request = bare(sent, recorder);
    let named = |pairs: &[(String, String)]| -> Vec<Value> {
        pairs.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
    };
    let mut entry = json!({
        "startedDateTime": "1970-01-01T00:00:00Z",
        "time": step.milliseconds,
        "comment": step.name,
        "cache": {},
        "timings": { "send": 0, "wait": step.milliseconds, "receive": 0 },
        "request": {
            "method": request.method, "url": request.url, "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": named(&request.headers), "queryString": [], "headersSize": -1, "bodySize": -1,
        },
        "response": answer(step.answer.as_ref(), recorder),
    });
    if let Some(json) = &request.json {
        entry["request"]["postData"] = json!({ "mimeType": "application/json", "text": json.to_string() });
    } else if !request.form.is_empty() {
        let mime = "application/x-www-form-urlencoded";
        entry["request"]["postData"] = json!({ "mimeType": mime, "params": named(&request.form) });
    }
    Some(entry)
}

fn answer(got: Option<&Got>, recorder: &Recorder) -> Value {
    let shown = got.map(|got| view::answer(got, recorder));
    let headers: Vec<Value> = shown
        .iter()
        .flat_map(|shown| &shown.headers)
        .map(|header| json!({ "name": header.name, "value": header.value }))
        .collect();
    let body = shown.map(|shown| shown.body).unwrap_or_default();
    let mime = got.and_then(|got| got.header("content-type")).unwrap_or_default();
    json!({
        "status": got.map_or(0, |got| got.status), "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [],
        "headers": headers, "redirectURL": "", "headersSize": -1, "bodySize": body.len(),
        "content": { "size": body.len(), "mimeType": mime, "text": body },
    })
}
