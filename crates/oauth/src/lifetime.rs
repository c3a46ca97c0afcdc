//! Lifetime texts as Medplum writes them in `accessTokenLifetime` and `refreshTokenLifetime`: `30m`, `1h`, `2w`.
//!
//! No standard. Medplum accepts `^[0-9]+[smhdwy]$` and reads `y` as 365¼ days; the bounds are ours.

/// One year of 365¼ days, the longest lifetime accepted.
pub const MAX_SECONDS: u32 = 31_557_600;

/// The lifetime in seconds, or `None` for another shape, for zero, and for more than a year.
pub fn parse(text: &str) -> Option<u32> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        "y" => MAX_SECONDS,
        _ => return None,
    };
    number.parse::<u32>().ok()?.checked_mul(unit).filter(|seconds| (1..=MAX_SECONDS).contains(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medplum_lifetime_texts() {
        for (text, seconds) in [
            ("1s", Some(1)),
            ("30m", Some(1_800)),
            ("1h", Some(3_600)),
            ("001h", Some(3_600)),
            ("24h", Some(86_400)),
            ("2w", Some(1_209_600)),
            ("365d", Some(31_536_000)),
            ("1y", Some(31_557_600)),
            ("2y", None),
            ("366d", None),
            ("0s", None),
            ("4294967295s", None),
            ("4294967296s", None),
            ("99999999999999999999y", None),
            ("h", None),
            ("", None),
            ("60", None),
            ("1H", None),
            ("1 h", None),
            (" 1h", None),
            ("1h\n", None),
            ("-1h", None),
            ("+1h", None),
            ("1.5h", None),
            ("1é", None),
            ("٣h", None),
        ] {
            assert_eq!(parse(text), seconds, "{text:?}");
        }
    }
}
