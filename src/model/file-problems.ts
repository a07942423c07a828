// Why the system refused a file: its codes → words for operators, the same before a run and after it.

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'larger than a file may be here',
  EIO: 'the device failed',
  EISDIR: 'a directory',
  ELOOP: 'too many links',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on the device',
  ENXIO: 'nobody reads the FIFO',
  EPERM: 'the file system forbids it',
  EPIPE: 'the reader closed the pipe',
  EROFS: 'the file system is read-only',
  ETXTBSY: 'it is a program that runs',
};

/** `ENOSPC` of what a call of the file system threw; '' when it has no code. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Why it failed, in words: the system's own where there are none. */
export function fileProblem(error: unknown): string {
  return WORDS[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
}
