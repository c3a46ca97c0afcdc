import type { Backups } from "../api/bindings";
import type { Req, Res } from "../api/call";
import { db, now } from "./db";
import { happened } from "./log";
import { refuse } from "./refuse";

const list = (): Backups => ({
  folder: "/home/maria/.local/share/dev.anteroom.desktop/backups",
  canRestore: true,
  items: [...db.backups],
});

const find = (file: string) =>
  db.backups.find((backup) => backup.file === file) ?? refuse("not_found", `There is no backup "${file}".`);

/** `anteroom-20260516T201500Z` */
const stem = (at: number) =>
  `anteroom-${new Date(at * 1000).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;

export const backups = {
  list,
  create(): Res<"backups_create"> {
    db.backups.unshift({ file: `${stem(now())}.db`, madeAt: now(), size: 1_240_000, replaced: false });
    happened("backup_made");
    return list();
  },
  delete({ file }: Req<"backups_delete">): Res<"backups_delete"> {
    db.backups.splice(db.backups.indexOf(find(file)), 1);
    happened("backup_deleted");
    return list();
  },
  restore({ file }: Req<"backups_restore">): Res<"backups_restore"> {
    find(file);
    const kept = `${stem(now())}-replaced.db`;
    db.backups.unshift({ file: kept, madeAt: now(), size: 1_250_000, replaced: true });
    happened("backup_restored");
    return { kept, links: 2, signIns: 1 };
  },
};
