import type { Person } from "../api/bindings";
import type { Req, Res } from "../api/call";
import { db, nextId, now } from "./db";
import { happened, tell } from "./log";
import { refuse, sentinel } from "./refuse";

export const findPerson = (membershipId: string): Person =>
  db.people.find((person) => person.summary.membershipId === membershipId) ??
  refuse("not_found", "Nobody has this membership.");

/** A person with what is known about them now. */
function whole(person: Person): Person {
  const { membershipId } = person.summary;
  const sessions = [...db.sessions.values()].filter((held) => held.membershipId === membershipId);
  return {
    ...person,
    sessions: sessions.map(({ session }) => session).reverse(),
    magicLinks: db.links.filter((link) => link.membershipId === membershipId).map((link) => ({ ...link })),
  };
}

/** Every word begins a name, or the whole is an e-mail address, an identifier or a reference. */
function matches(person: Person, search: string): boolean {
  const { name, email, identifier, profile } = person.summary;
  const text = search.toLowerCase();
  const names = name.toLowerCase().split(" ");
  return (
    text.split(/\s+/).every((word) => names.some((part) => part.startsWith(word))) ||
    [email, identifier, profile].some((value) => value?.toLowerCase().startsWith(text))
  );
}

export const people = {
  list({ search, resourceType, offset, limit }: Req<"people_list">): Res<"people_list"> {
    sentinel(search);
    const found = db.people.filter(
      (person) =>
        (resourceType === null || person.summary.resourceType === resourceType) &&
        (search === "" || matches(person, search)),
    );
    return {
      items: found.slice(offset, offset + limit).map(({ summary }) => ({ ...summary })),
      total: found.length,
    };
  },
  get: ({ membershipId }: Req<"people_get">): Res<"people_get"> => whole(findPerson(membershipId)),
  create(request: Req<"people_create">): Res<"people_create"> {
    sentinel(request.family, "family");
    if (request.family.trim() === "") refuse("invalid", "A family name is needed; it was empty.", "family");
    if (request.password !== "" && request.password.length < 8) {
      refuse(
        "invalid",
        `A password has at least 8 characters; this one has ${request.password.length}.`,
        "password",
      );
    }
    if (request.email !== "" && db.people.some(({ summary }) => summary.email === request.email)) {
      refuse("conflict", `${request.email} belongs to another person of this project.`, "email");
    }
    const person: Person = {
      summary: {
        membershipId: nextId(),
        profile: `${request.resourceType}/${nextId()}`,
        resourceType: request.resourceType,
        name: `${request.given} ${request.family}`.trim(),
        birthDate: request.birthDate || null,
        identifier: request.identifier || null,
        email: request.email || null,
        active: true,
        admin: request.admin,
        desk: request.desk,
      },
      externalId: request.externalId || null,
      accessPolicy: request.accessPolicy || null,
      furtherAccessPolicies: [],
      hasPassword: request.password !== "",
      passwordLink: null,
      secondFactor: { enrolled: false, required: false },
      sessions: [],
      magicLinks: [],
      createdAt: now(),
    };
    db.people.unshift(person);
    happened("member_created", { subject: person });
    tell("people", person.summary.membershipId);
    return whole(person);
  },
  update({ membershipId, ...changes }: Req<"people_update">): Res<"people_update"> {
    const person = findPerson(membershipId);
    const { active, admin, desk } = person.summary;
    const before = { active, admin, desk };
    person.summary = {
      ...person.summary,
      active: changes.active ?? active,
      admin: changes.admin ?? admin,
      desk: changes.desk ?? desk,
    };
    if (changes.externalId !== undefined) person.externalId = changes.externalId || null;
    if (changes.secondFactorRequired !== undefined) {
      person.secondFactor = { ...person.secondFactor, required: changes.secondFactorRequired };
    }
    if (changes.accessPolicy !== undefined) person.accessPolicy = changes.accessPolicy || null;
    happened("member_updated", { subject: person, before, after: { ...before, ...changes } });
    tell("people", membershipId);
    return whole(person);
  },
  setPassword({ membershipId, password }: Req<"people_set_password">): Res<"people_set_password"> {
    if (password.length < 8) {
      refuse("invalid", "The password must have at least 8 characters.", "password");
    }
    const person = findPerson(membershipId);
    person.hasPassword = true;
    person.passwordLink = null;
    happened("password_set", { subject: person });
    tell("people", membershipId);
    return whole(person);
  },
  issuePasswordLink({
    membershipId,
    expiresIn,
  }: Req<"people_issue_password_link">): Res<"people_issue_password_link"> {
    const person = findPerson(membershipId);
    if (person.summary.email === null) {
      refuse("invalid", "A password needs an e-mail address to sign in with.", "email");
    }
    const expiresAt = now() + expiresIn;
    person.passwordLink = { issuedAt: now(), expiresAt, usedAt: null };
    happened("password_link_issued", { subject: person });
    tell("people", membershipId);
    return {
      url: `http://127.0.0.1:8103/setpassword/${nextId()}/4Qm0cXJ1c3QtbWUtdGhpcy1pcy1vbmx5LWEtbW9jayE`,
      expiresAt,
    };
  },
  resetSecondFactor({ membershipId }: Req<"people_reset_second_factor">): Res<"people_reset_second_factor"> {
    const person = findPerson(membershipId);
    person.secondFactor = { ...person.secondFactor, enrolled: false };
    happened("member_updated", { subject: person });
    tell("people", membershipId);
    return whole(person);
  },
  revokeSession({ membershipId, loginId }: Req<"people_revoke_session">): Res<"people_revoke_session"> {
    db.sessions.delete(loginId);
    for (const link of db.links) if (link.session?.loginId === loginId) link.session = null;
    const person = findPerson(membershipId);
    happened("session_revoked", { subject: person });
    tell("people", membershipId);
    return whole(person);
  },
};
