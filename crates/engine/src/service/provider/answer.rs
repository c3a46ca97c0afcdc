//! What a provider's answers say.

use anteroom_oauth::secret::{ProviderToken, Secret};
use serde_json::{Map, Value};

use super::{Answer, Granted, LONGEST_TOKEN, ProviderError};

/// Longest `error` that is repeated.
const LONGEST_ERROR: usize = 64;
/// Scopes that are kept.
const MOST_SCOPES: usize = 200;

/// Reads an answer that must be a JSON object. A refusal counts whatever the status: some providers refuse with 200.
pub(super) fn object(answer: &Answer, endpoint: &'static str) -> Result<Map<String, Value>, ProviderError> {
    let read = serde_json::from_slice::<Map<String, Value>>(&answer.body).ok();
    let error = read.as_ref().and_then(|members| members.get("error")).and_then(Value::as_str);
    if let Some(error) = error {
        return Err(ProviderError::Refused { endpoint, error: code(error) });
    }
    if answer.status != 200 {
        return Err(ProviderError::Status { endpoint, status: answer.status });
    }
    read.ok_or(ProviderError::Malformed(endpoint))
}

/// An error code as far as it is one: what else a provider writes there is not repeated.
pub(crate) fn code(error: &str) -> String {
    let fits = !error.is_empty()
        && error.len() <= LONGEST_ERROR
        && error.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    if fits { error.to_owned() } else { "an error that is no code".to_owned() }
}

/// [RFC6749 §5.1] the tokens of an answer. Scopes may stand between spaces or commas.
pub(super) fn granted(answer: &Map<String, Value>) -> Result<Granted, ProviderError> {
    let token = |name: &str| {
        let text = answer.get(name).and_then(Value::as_str)?;
        let fits = !text.is_empty() && text.len() <= LONGEST_TOKEN && !text.chars().any(char::is_control);
        fits.then(|| Secret::<ProviderToken>::new(text.to_owned()))
    };
    let expires_in = match answer.get("expires_in") {
        Some(Value::Number(seconds)) => seconds.as_u64(),
        // Some providers write the number as a text.
        Some(Value::String(seconds)) => seconds.parse().ok(),
        _ => None,
    };
    let scopes = answer.get("scope").and_then(Value::as_str).map(|scope| {
        let words = scope.split([' ', ',']).filter(|word| !word.is_empty());
        words.take(MOST_SCOPES).map(str::to_owned).collect()
    });
    Ok(Granted {
        access_token: token("access_token").ok_or(ProviderError::NoAccessToken)?,
        refresh_token: token("refresh_token"),
        expires_in: expires_in.map(|seconds| u32::try_from(seconds).unwrap_or(u32::MAX)),
        scopes,
        subject: String::new(),
    })
}

/// A token in JSON that is sealed at once: the only place where provider tokens are written into a text.
pub(super) mod token {
    use anteroom_oauth::secret::{ProviderToken, Secret};
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        token: &Secret<ProviderToken>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(token.expose())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Secret<ProviderToken>, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

/// As [`token`], for one that may be absent.
pub(super) mod optional_token {
    use anteroom_oauth::secret::{ProviderToken, Secret};
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde passes the field by reference")]
    pub(crate) fn serialize<S: Serializer>(
        token: &Option<Secret<ProviderToken>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match token {
            Some(token) => serializer.serialize_some(token.expose()),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Secret<ProviderToken>>, D::Error> {
        Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
    }
}
