// Owns: Query.alerts.
import { alertKey, countAlerts, readAlerts } from "@gradus/prisma/alerts/alert-reader";
import type { AlertModel } from "../../mappers.ts";
import { askFor, toPage } from "../../page.ts";
import type { ListOrder } from "../../page.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";

const order: ListOrder<AlertModel> = { list: "alerts", keyLength: 2, keyOf: alertKey };

export const alerts: NonNullable<QueryResolvers["alerts"]> = async (_parent, { filter, first, after }, { db }) => {
  const ask = askFor(order, { first, after }, { usual: 50, most: 200 });
  return toPage(order, ask, await readAlerts(db, filter ?? {}, ask), () => countAlerts(db, filter ?? {}));
};
