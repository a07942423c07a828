"""Runs a command on a terminal (pty) of its own, 80 columns wide: python3 on-terminal.py COMMAND ARG...

Standard input is the keyboard (byte 3 is Ctrl-C), standard output the screen. Exit status as a shell counts. The terminal is the
command's controlling one, so Ctrl-C reaches its whole foreground process group, as it does for a person.
"""

import fcntl, os, pty, select, struct, sys, termios

pid, master = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.environ["TERM"] = "xterm"
    os.execvp(sys.argv[1], sys.argv[1:])

watched = [0, master]
while master in watched:
    for fd in select.select(watched, [], [])[0]:
        try:
            data = os.read(fd, 65536)
        except OSError:  # EIO: the last process on the terminal has closed it
            data = b""
        if not data:
            watched.remove(fd)
        elif fd == 0:
            os.write(master, data)
        else:
            os.write(1, data)
status = os.waitpid(pid, 0)[1]
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
