/** The shop's tills, for who may pair: which there are, a code for another one, the end of one. */

import { call } from "./api.js";

/** [{workstation_id, heard_ms}], by name; ``heard_ms`` null where it has not called since the store
 *  box was started. Throws BoxAway, Refused. */
export async function readTills() {
  const { paired, heard } = await call("GET", "/workstations");
  return paired.map(({ workstation_id }) => ({
    workstation_id,
    heard_ms: heard[workstation_id] ?? null,
  }));
}

/** The offer of POST /pairing-codes: its code is told this once. */
export function offerPairing(workstationId) {
  return call("POST", "/pairing-codes", { body: { workstation_id: workstationId } });
}

export function unpair(workstationId) {
  return call("POST", "/unpair", { body: { workstation_id: workstationId } });
}
