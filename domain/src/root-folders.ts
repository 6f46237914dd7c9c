// Owns: where Gradus keeps its files when root runs it: root's home is closed to the users that Postgres and sandboxed programs run as.
// Must not know: what lies there, where other users keep theirs.
export const ROOT_FOLDERS = { data: "/var/lib/gradus", cache: "/var/cache/gradus" } as const;
