//! Making links with which people choose a password themselves. There is no mail: whoever asks for a link hands it over.

use anteroom_oauth::secret::{Secret, UserSecurityRequest as RequestKind};
use anteroom_sentence::sentence;

use crate::cx::{Cx, Topic};
use crate::model::event::{EventBody, EventKind};
use crate::model::{Membership, UserSecurityRequest};
use crate::service::people;
use crate::stop::{Outcome, conflict, invalid};

/// Fewest seconds a link works: ten minutes.
pub const SHORTEST: u32 = 600;
/// Most seconds a link works: a week.
pub const LONGEST: u32 = 7 * 86_400;

/// Makes a link for a member. Links of the same account that nobody used work no longer.
///
/// # Refusals
/// `email` for somebody without an e-mail address, `expiresIn` out of its bounds, `conflict` for an inactive member: a
/// password would let nobody in.
pub fn issue(
    cx: &mut Cx<'_>,
    membership: &Membership,
    expires_in: u32,
) -> Outcome<(UserSecurityRequest, Secret<RequestKind>)> {
    let user = people::account(cx.tx, membership)?;
    if !membership.active {
        return conflict(
            None,
            sentence!("This person is switched off, and could not sign in. Switch the person on first."),
        );
    }
    if !(SHORTEST..=LONGEST).contains(&expires_in) {
        let message = sentence!(
            "The link works for {shortest} to {longest} seconds, not for {expires_in}.",
            shortest = SHORTEST,
            longest = LONGEST,
            expires_in
        );
        return invalid("expiresIn", message);
    }
    let secret = cx.secret::<RequestKind>()?;
    let request = UserSecurityRequest {
        id: cx.random_id()?,
        project: membership.project,
        user: user.id,
        membership: membership.id,
        secret: secret.digest(),
        issued_at: cx.now,
        expires_at: cx.now + expires_in,
        used_at: None,
    };
    cx.tx.delete_waiting_security_requests(user.id)?;
    cx.tx.insert_user_security_request(&request)?;
    cx.about.project = Some(membership.project);
    cx.about.subject = Some(membership.id);
    cx.event(EventKind::PasswordLinkIssued, EventBody::default())?;
    cx.changed(Topic::People);
    Ok((request, secret))
}
