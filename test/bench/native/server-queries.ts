// `mariadb-admin extended-status` → the statements that clients have sent since the server began.

export function parseQueries(status: string): number {
  const count = /^\| Questions\s*\| (\d+)/m.exec(status)?.[1];
  if (count === undefined) throw new Error('the server does not tell its queries');
  return Number(count);
}
