//! Makes a magic link for a patient of a workspace file, the way an app's own server does it, and shows it.
//!
//! ```text
//! cargo run --example first_link -- http://127.0.0.1:8103/ examples/clinic.json [NAME]
//! ```
//!
//! Two requests: a token with client credentials [RFC6749 §4.4], then `POST /auth/preauthorize` on behalf of the patient.

use std::error::Error;
use std::process::ExitCode;

use anteroom_magic_link::{QrPicture, curl, magic_link};
use anteroom_oauth::base32;
use reqwest::Client;
use serde_json::{Value, json};

const PRE_AUTHORIZED_CODE: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

/// What is needed from the workspace file.
struct Clinic<'a> {
    /// Client that may issue links: confidential and an admin.
    issuer: (&'a str, &'a str),
    /// Client that redeems them.
    portal: &'a str,
    /// Profile reference and name of the patient.
    patient: (String, String),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("first_link: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (base_url, file, name) = match arguments.as_slice() {
        [base_url, file] => (base_url, file, ""),
        [base_url, file, name] => (base_url, file, name.as_str()),
        _ => return Err("usage: first_link BASE_URL WORKSPACE_FILE [NAME]".into()),
    };
    let workspace: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let clinic = Clinic::find(&workspace, name)?;
    let http = Client::builder().no_proxy().build()?;

    let (id, secret) = clinic.issuer;
    let token = http
        .post(format!("{base_url}oauth2/token"))
        .basic_auth(id, Some(secret))
        .form(&[("grant_type", "client_credentials")]);
    let token = answer(token).await?;
    let issued = http
        .post(format!("{base_url}auth/preauthorize"))
        .bearer_auth(text(&token, "access_token")?)
        .header("X-Medplum-On-Behalf-Of", &clinic.patient.0)
        .json(&json!({ "clientId": clinic.portal, "magicLink": true }));
    let issued = answer(issued).await?;

    let link = text(&issued, "magicLink")?;
    let code = link.rsplit('/').next().and_then(base32::decode_code).ok_or("the magic link holds no code")?;
    let picture = QrPicture::of(&magic_link(base_url, &code)?)?;
    println!();
    println!("A magic link for {}, good once, until {}:", clinic.patient.1, text(&issued, "expiresAt")?);
    println!();
    println!("{}", picture.unicode());
    println!("Open it:       {link}");
    println!("Or type it:    {} at {base_url}in", text(&issued, "typedCode")?);
    println!("Or redeem it:  {}", curl::redeem(base_url, clinic.portal, &code, None)?.expose());
    println!();
    println!("The server stays up. Ctrl-C ends it.");
    Ok(())
}

/// Sends a request; an answer that is not 200 is an error with what it says.
async fn answer(request: reqwest::RequestBuilder) -> Result<Value, Box<dyn Error>> {
    let response = request.send().await?;
    let (url, status) = (response.url().clone(), response.status());
    let body = response.text().await?;
    if status != 200 {
        return Err(format!("{url} answered {status}: {body}").into());
    }
    Ok(serde_json::from_str(&body)?)
}

fn text<'a>(object: &'a Value, member: &str) -> Result<&'a str, Box<dyn Error>> {
    object[member].as_str().ok_or_else(|| format!("the answer has no {member}").into())
}

impl<'a> Clinic<'a> {
    fn find(workspace: &'a Value, name: &str) -> Result<Self, Box<dyn Error>> {
        let project = &workspace["projects"][0];
        let list = |member: &str| project[member].as_array().map_or(&[][..], Vec::as_slice);
        let issuer = list("clients").iter().find_map(|client| {
            let admin = client["admin"] == true;
            Some((client["id"].as_str()?, client["secret"].as_str()?)).filter(|_| admin)
        });
        let redeems = |client: &&Value| {
            let grants = client["grantTypes"].as_array();
            grants.is_some_and(|grants| grants.iter().any(|grant| grant == PRE_AUTHORIZED_CODE))
        };
        let portal = list("clients").iter().find(redeems).and_then(|client| client["id"].as_str());
        let patient = list("members").iter().map(|member| &member["profile"]).find_map(|profile| {
            let display = display(&profile["name"][0]);
            let wanted = profile["resourceType"] == "Patient" && display.contains(name);
            wanted.then(|| Some((format!("Patient/{}", profile["id"].as_str()?), display)))?
        });
        Ok(Self {
            issuer: issuer.ok_or("the file has no admin client with an id and a secret")?,
            portal: portal.ok_or("the file has no client that redeems pre-authorized codes")?,
            patient: patient.ok_or_else(|| format!("the file has no patient named {name:?} with an id"))?,
        })
    }
}

fn display(name: &Value) -> String {
    let given = name["given"].as_array().into_iter().flatten();
    let words: Vec<&str> = given.chain([&name["family"]]).filter_map(Value::as_str).collect();
    words.join(" ")
}
