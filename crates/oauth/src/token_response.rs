//! The answer of the token endpoint: RFC 6749 §5.1, OpenID Connect Core §3.1.3.3, RFC 8693 §2.2.1, and the members
//! Medplum adds.
//!
//! A member without a value is left out.

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::secret::{AccessToken, IdToken, RefreshToken, Secret};

/// [RFC6749 §5.1] A token response. The only place where tokens are written into JSON: the three members name the serializer.
#[derive(Debug, Serialize)]
pub struct TokenResponse {
    /// `token_type`: always `Bearer`.
    pub token_type: &'static str,
    /// `expires_in`: seconds until the access token ends.
    pub expires_in: u32,
    /// `scope`: what was granted, which may be less than what was asked for.
    pub scope: String,
    /// `id_token`: OpenID Connect Core §3.1.3.3.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose_some")]
    pub id_token: Option<Secret<IdToken>>,
    /// `access_token`.
    #[serde(serialize_with = "expose")]
    pub access_token: Secret<AccessToken>,
    /// `refresh_token`.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose_some")]
    pub refresh_token: Option<Secret<RefreshToken>>,
    /// [RFC8693 §2.2.1] `issued_token_type`: required in the answer to a token exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
    /// `project`: where the person or client was let in (Medplum).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<Reference>,
    /// `profile`: as whom (Medplum).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Reference>,
    /// `patient`: the patient in context, SMART App Launch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// `encounter`: the encounter in context, SMART App Launch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encounter: Option<String>,
    /// `fhirContext`: whatever else is in context, SMART App Launch.
    #[serde(rename = "fhirContext", skip_serializing_if = "Option::is_none")]
    pub fhir_context: Option<Value>,
    /// `smart_style_url`: SMART App Launch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smart_style_url: Option<String>,
    /// `need_patient_banner`: SMART App Launch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need_patient_banner: Option<bool>,
}

impl TokenResponse {
    /// The members that every answer has; the others are set on the result.
    pub fn bearer(access_token: Secret<AccessToken>, expires_in: u32, scope: String) -> Self {
        Self {
            // [RFC6749 §7.1] the type of the token; the client must understand it
            token_type: "Bearer",
            expires_in,
            scope,
            id_token: None,
            access_token,
            refresh_token: None,
            issued_token_type: None,
            project: None,
            profile: None,
            patient: None,
            encounter: None,
            fhir_context: None,
            smart_style_url: None,
            need_patient_banner: None,
        }
    }
}

/// A FHIR reference: `{"reference":"Patient/…","display":"…"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// `Type/id`.
    pub reference: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
}

fn expose<K, S: Serializer>(secret: &Secret<K>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose())
}

#[expect(clippy::ref_option, reason = "serde passes the field by reference")]
fn expose_some<K, S: Serializer>(secret: &Option<Secret<K>>, serializer: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => expose(secret, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6749_5_1_members_without_a_value_are_left_out() {
        let response = TokenResponse::bearer(Secret::new("at".into()), 3_600, "openid".into());
        assert_eq!(
            serde_json::to_string(&response).unwrap(),
            r#"{"token_type":"Bearer","expires_in":3600,"scope":"openid","access_token":"at"}"#
        );
    }

    #[test]
    fn rfc8693_2_2_1_the_answer_to_an_exchange_names_its_type() {
        let issued = "urn:ietf:params:oauth:token-type:access_token";
        let response = TokenResponse {
            issued_token_type: Some(issued),
            ..TokenResponse::bearer(Secret::new("at".into()), 60, "openid".into())
        };
        assert_eq!(serde_json::to_value(&response).unwrap()["issued_token_type"], issued);
    }

    #[test]
    fn medplum_members_stand_in_medplums_order() {
        let response = TokenResponse {
            id_token: Some(Secret::new("it".into())),
            refresh_token: Some(Secret::new("rt".into())),
            project: Some(Reference { reference: "Project/1".into(), display: Some("Clinic".into()) }),
            profile: Some(Reference { reference: "Patient/2".into(), display: None }),
            patient: Some("2".into()),
            encounter: Some("3".into()),
            fhir_context: Some(serde_json::json!([{ "reference": "ImagingStudy/4" }])),
            smart_style_url: Some("http://127.0.0.1:8103/fhir/R4/.well-known/smart-styles.json".into()),
            need_patient_banner: Some(true),
            ..TokenResponse::bearer(Secret::new("at".into()), 60, "openid".into())
        };
        assert_eq!(
            serde_json::to_string(&response).unwrap(),
            concat!(
                r#"{"token_type":"Bearer","expires_in":60,"scope":"openid","id_token":"it","access_token":"at","#,
                r#""refresh_token":"rt","project":{"reference":"Project/1","display":"Clinic"},"#,
                r#""profile":{"reference":"Patient/2"},"patient":"2","encounter":"3","#,
                r#""fhirContext":[{"reference":"ImagingStudy/4"}],"#,
                r#""smart_style_url":"http://127.0.0.1:8103/fhir/R4/.well-known/smart-styles.json","#,
                r#""need_patient_banner":true}"#
            )
        );
    }

    #[test]
    fn a_response_does_not_print_its_tokens() {
        let response = TokenResponse {
            id_token: Some(Secret::new("marker".into())),
            refresh_token: Some(Secret::new("marker".into())),
            ..TokenResponse::bearer(Secret::new("marker".into()), 60, String::new())
        };
        assert!(!format!("{response:#?}").contains("marker"));
    }
}
