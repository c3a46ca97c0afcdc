import { encode, renderSVG } from "uqr";
import type { BatchOutcome, BatchRow, Card, MagicLink, Session } from "../api/bindings";
import type { Req, Res } from "../api/call";
import { ADMIN, BASE_URL, db, nextId, now, scenario } from "./db";
import { happened, tell } from "./log";
import { findPerson } from "./people";
import { refuse } from "./refuse";

const LIFE = { waiting: 900, take_home: 86_400, api: 3600 };

/** Codes that the app still holds. */
const cards = new Map<string, Card>();

const ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789";
const letters = (count: number, seed: number) =>
  Array.from({ length: count }, (_, index) => ALPHABET[(seed * 7 + index * 11 + 3) % ALPHABET.length]).join(
    "",
  );

function newLink(
  membershipId: string,
  clientId: string,
  handOver: MagicLink["handOver"],
  pin: boolean,
  phone: MagicLink["phone"] = "own",
  language: string | null = null,
): MagicLink {
  const { summary } = findPerson(membershipId);
  const client =
    db.clients.find((candidate) => candidate.id === clientId) ??
    refuse("not_found", "No client application has this ID.", "clientId");
  const [given = "", family = ""] = summary.name.split(" ");
  return {
    id: nextId(),
    state: "waiting",
    membershipId,
    person: summary.name,
    personShort: `${given} ${family.slice(0, 1)}.`,
    clientId,
    clientName: client.name,
    handOver,
    language,
    phone,
    issuedBy: ADMIN.split(" ")[0] ?? ADMIN,
    issuedAt: now(),
    expiresAt: now() + (summary.name === "Lou Late" ? 4 : LIFE[handOver]),
    openedAt: null,
    redeemedAt: null,
    redeemedFrom: null,
    endedAt: null,
    pin,
    wrongPins: 0,
    refused: 0,
    sessionSeconds: 3600,
    session: null,
  };
}

function cardOf(link: MagicLink): Card {
  const seed = db.links.length;
  const url = `HTTP://127.0.0.1:8103/IN/${letters(52, seed)}`;
  const typed = letters(12, seed + 5);
  return {
    link,
    url,
    typedAt: "127.0.0.1:8103/in",
    typedCode: `${typed.slice(0, 4)}-${typed.slice(4, 8)}-${typed.slice(8)}`,
    pin: link.pin ? "4821" : null,
    qrSvg: renderSVG(url, { ecc: "M", border: 4 }),
    qrModules: encode(url, { ecc: "M", border: 0 }).size,
    command: `curl -s ${BASE_URL}oauth2/token -d client_id=${link.clientId} -d pre-authorized_code=…`,
  };
}

/** Not the engine's sheet, but as large, and with its QR code. */
function mockSheet(card: Card, paper: "a4" | "letter"): string {
  const [width, height] = paper === "a4" ? [595, 842] : [612, 792];
  const qr = encodeURIComponent(card.qrSvg);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"><rect width="100%" height="100%" fill="#fff"/>` +
    `<text x="45" y="72" font-family="sans-serif" font-size="22">${card.link.clientName} · ${card.link.personShort}</text>` +
    `<image x="45" y="110" width="176" height="176" href="data:image/svg+xml,${qr}"/>` +
    `<text x="245" y="220" font-family="monospace" font-size="24">${card.typedCode}</text></svg>`
  );
}

const find = (id: string) =>
  db.links.find((link) => link.id === id) ?? refuse("not_found", "No magic link has this ID.");

/** A link that ran out is expired when looked at. */
function current(link: MagicLink): MagicLink {
  if ((link.state === "waiting" || link.state === "opened") && link.expiresAt <= now())
    link.state = "expired";
  return { ...link };
}

export const isOutstanding = (link: MagicLink) => ["waiting", "opened"].includes(current(link).state);

const changed = (link: MagicLink) => tell("magic_links", link.id);

/** What a phone would do; it happens to the links of the sentinel people by itself. */
function open(id: string) {
  const link = find(id);
  Object.assign(link, { state: "opened", openedAt: now() });
  happened("link_opened", {
    actor: null,
    subject: findPerson(link.membershipId),
    client: { id: link.clientId, name: link.clientName },
    about: id,
  });
  changed(link);
}

function redeem(id: string) {
  const link = find(id);
  const session: Session = {
    loginId: nextId(),
    clientName: link.clientName,
    authMethod: "pre-authorized",
    scope: "openid",
    remoteAddress: "127.0.0.1",
    signedInAt: now(),
    expiresAt: now() + link.sessionSeconds,
  };
  db.sessions.set(session.loginId, { membershipId: link.membershipId, session });
  Object.assign(link, { state: "redeemed", redeemedAt: now(), redeemedFrom: "127.0.0.1", session });
  happened("link_redeemed", {
    actor: null,
    subject: findPerson(link.membershipId),
    client: { id: link.clientId, name: link.clientName },
    about: id,
  });
  changed(link);
}

function lock(id: string) {
  const link = find(id);
  Object.assign(link, { state: "locked", wrongPins: 5, refused: 5, endedAt: now() });
  happened("link_locked", {
    actor: null,
    subject: findPerson(link.membershipId),
    client: { id: link.clientId, name: link.clientName },
    about: id,
  });
  changed(link);
}

function playSentinel(link: MagicLink) {
  if (link.person === "Ivy Swift") {
    setTimeout(() => open(link.id), 1000);
    setTimeout(() => redeem(link.id), 2000);
  }
  if (link.person === "Pia Lock") setTimeout(() => lock(link.id), 1500);
}

function put(link: MagicLink): Card {
  db.links.unshift(link);
  const card = cardOf(link);
  cards.set(link.id, card);
  happened("link_issued", {
    subject: findPerson(link.membershipId),
    client: { id: link.clientId, name: link.clientName },
    about: link.id,
  });
  changed(link);
  playSentinel(link);
  return { ...card, link: { ...link } };
}

export const magicLinks = {
  options: (): Res<"magic_links_options"> => ({
    clients: db.clients
      .filter((client) => client.status === "active" && client.redirectUris.length > 0)
      .map(({ id, name }) => ({ id, name, sessionSeconds: 3600 })),
    handOvers: [
      { handOver: "waiting", expiresIn: LIFE.waiting, pinSuggested: false },
      { handOver: "take_home", expiresIn: LIFE.take_home, pinSuggested: true },
    ],
  }),
  issue(request: Req<"magic_links_issue">): Res<"magic_links_issue"> {
    if (!findPerson(request.membershipId).summary.active) {
      refuse("invalid", "This person's membership is not active. Switch it on first.", "membershipId");
    }
    return put(
      newLink(
        request.membershipId,
        request.clientId,
        request.handOver,
        request.pin,
        request.phone,
        request.language,
      ),
    );
  },
  show({ id }: Req<"magic_links_show">): Res<"magic_links_show"> {
    const link = current(find(id));
    const card = cards.get(id);
    return card ? { ...card, link } : refuse("not_held", "The code of this link is no longer in memory.");
  },
  get: ({ id }: Req<"magic_links_get">): Res<"magic_links_get"> => current(find(id)),
  list({ search, state, offset, limit }: Req<"magic_links_list">): Res<"magic_links_list"> {
    const all = db.links.map(current).sort((a, b) => Number(isOutstanding(b)) - Number(isOutstanding(a)));
    const found = all.filter(
      (link) =>
        (state === null || link.state === state) && link.person.toLowerCase().includes(search.toLowerCase()),
    );
    return {
      items: found.slice(offset, offset + limit),
      total: found.length,
      waiting: all.filter(isOutstanding).length,
      today: scenario === "" ? 41 : all.length,
    };
  },
  revoke({ id }: Req<"magic_links_revoke">): Res<"magic_links_revoke"> {
    const link = find(id);
    Object.assign(link, { state: "revoked", endedAt: now() });
    happened("link_revoked", {
      subject: findPerson(link.membershipId),
      client: { id: link.clientId, name: link.clientName },
      about: id,
    });
    changed(link);
    return { ...link };
  },
  print({ ids, paper }: Req<"magic_links_print">): Res<"magic_links_print"> {
    const held = ids.filter((id) => cards.has(id) && isOutstanding(find(id)));
    const card =
      cards.get(held[0] ?? "") ?? refuse("not_held", "The codes of these links are no longer in memory.");
    return {
      pages: held.length,
      missing: ids.length - held.length,
      svg: mockSheet(card, paper),
      moduleMm: 62 / (card.qrModules + 8),
      smallestModuleMm: 0.5,
    };
  },
  saveSheets: (request: Req<"magic_links_save_sheets">): Res<"magic_links_save_sheets"> => {
    const { pages, missing } = magicLinks.print(request);
    return { path: "/home/maria/Downloads/sign-in-sheets.pdf", pages, missing };
  },
  checkBatch({ text }: Req<"magic_links_check_batch">): Res<"magic_links_check_batch"> {
    const seen = new Set<string>();
    const lines = text.split("\n").flatMap((line, index) => {
      if (line.trim() === "") return [];
      const name = (line.split(/[;,\t]/)[0] ?? "").trim().toLowerCase();
      const found = db.people.filter(({ summary }) => summary.name.toLowerCase().startsWith(name));
      const person = found.length === 1 ? found[0]?.summary : undefined;
      const repeated = person !== undefined && seen.has(person.membershipId);
      if (person) seen.add(person.membershipId);
      const live = db.links.some((link) => link.membershipId === person?.membershipId && isOutstanding(link));
      const outcome: BatchOutcome =
        found.length === 0
          ? "unknown"
          : !person
            ? "ambiguous"
            : repeated
              ? "repeated"
              : live
                ? "live"
                : "ready";
      return [
        {
          number: index + 1,
          text: line.trim(),
          outcome,
          membershipId: person?.membershipId ?? null,
          person: person?.name ?? null,
        },
      ];
    });
    return { lines };
  },
  issueBatch(request: Req<"magic_links_issue_batch">): Res<"magic_links_issue_batch"> {
    return {
      rows: request.membershipIds.map((membershipId): BatchRow => {
        const live = db.links.find((link) => link.membershipId === membershipId && isOutstanding(link));
        const person = findPerson(membershipId).summary.name;
        if (live) return { membershipId, person, outcome: "live", linkId: live.id };
        const { link } = put(
          newLink(membershipId, request.clientId, request.handOver, request.pin, "own", request.language),
        );
        return { membershipId, person, outcome: "issued", linkId: link.id };
      }),
    };
  },
  reissue({ id }: Req<"magic_links_reissue">): Res<"magic_links_reissue"> {
    const link = find(id);
    if (isOutstanding(link)) Object.assign(link, { state: "replaced", endedAt: now() });
    return put(newLink(link.membershipId, link.clientId, link.handOver, link.pin, link.phone, link.language));
  },
};

/** The board of the pictures: one link in every state, from this morning. */
export function seedLinks() {
  const client = db.clients[0];
  if (!client) return;
  const ago = (minutes: number) => now() - minutes * 60;
  const add = (name: string, minutes: number, changes: Partial<MagicLink>, held = true) => {
    const { membershipId } =
      db.people.find(({ summary }) => summary.name === name)?.summary ?? refuse("fault", name);
    const link = newLink(membershipId, client.id, changes.handOver ?? "waiting", changes.pin ?? false);
    const issuedAt = ago(minutes);
    Object.assign(link, { issuedAt, expiresAt: issuedAt + LIFE[link.handOver] }, changes);
    db.links.push(link);
    if (held) cards.set(link.id, cardOf(link));
    happened("link_issued", { subject: findPerson(membershipId), client, about: link.id, at: issuedAt });
  };
  add("Pat Doe", 1, {});
  add("Ines Roth", 6, { state: "opened", openedAt: ago(2) });
  add("Tom Okafor", 30, { handOver: "take_home", pin: true, issuedBy: "Jon" }, false);
  add("Lea Moreau", 18, { state: "redeemed", redeemedAt: ago(16), redeemedFrom: "127.0.0.1" });
  add("Sam Lee", 108, {
    state: "locked",
    handOver: "take_home",
    pin: true,
    issuedBy: "Jon",
    wrongPins: 5,
    endedAt: ago(80),
  });
  add("Ana Cruz", 200, { state: "expired" });
}
