/*
 * Looks like other processes: `disguise [-w] [-t] [FILE|x:FILE]...` maps each file (x: executable, as a library's text), with -w
 * also overwrites its own argv in memory by control characters, says READY, and waits for the end of its standard input; with -t
 * in a second thread, while the main thread has ended.
 * Built with -DSVM it has a section as only GraalVM's native-image makes.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef SVM
__attribute__((section(".svm_heap"), used)) static const char heap[] = "image heap";
#endif

static void *wait_for_end(void *unused) {
    char byte;
    while (read(0, &byte, 1) > 0) { }
    _exit(0);
    return unused;
}

int main(int argc, char **argv) {
    int overwrite = 0, threaded = 0;
    for (int i = 1; i < argc; i++) {
        int executable = strncmp(argv[i], "x:", 2) == 0;
        if (strcmp(argv[i], "-w") == 0) { overwrite = 1; continue; }
        if (strcmp(argv[i], "-t") == 0) { threaded = 1; continue; }
        int fd = open(argv[i] + (executable ? 2 : 0), O_RDONLY);
        if (fd < 0) continue;
        mmap(0, 4096, PROT_READ | (executable ? PROT_EXEC : 0), MAP_PRIVATE, fd, 0);
        close(fd);
    }
    if (overwrite) {
        char *end = argv[argc - 1] + strlen(argv[argc - 1]);
        for (char *at = argv[0]; at < end; at++) *at = "\x1b[2J\n\r\x07\x80\xff;"[(at - argv[0]) % 10];
    }
    puts("READY");
    fflush(stdout);
    if (threaded) {
        pthread_t thread;
        pthread_create(&thread, 0, wait_for_end, 0);
        pthread_exit(0);
    }
    wait_for_end(0);
}
