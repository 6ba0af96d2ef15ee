// Writes what a program says to files, each of bounded size: when one is full it becomes NAME.0, what was NAME.0 becomes
// NAME.1 and so on, and a new one is begun. It is a process of its own, forked before the program runs, which ends when
// nobody holds the other end of a pipe any longer: neither daemon nor guest can lose it or keep it. A disk that is full
// makes it drop what it can't write; the program never waits for a disk.

#define _GNU_SOURCE
#include "logs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_LOGS = 256, MAX_NUMBER = 1 << 20, PIECE = 16 << 10 };

struct log {
    int pipe, file, folder;
    char name[256];
};

static struct log logs[MAX_LOGS];
static int log_count;
unsigned long long logs_size = 2 << 20;
unsigned logs_backups = 3;
int logs_done = -1;

bool logs_wanted(void) { return log_count > 0; }

bool logs_add(const char *text) {
    struct log *log = &logs[log_count];
    int start = 0;
    if (log_count == MAX_LOGS) return false;
    if (sscanf(text, "%7d:%7d:%7d:%n", &log->pipe, &log->file, &log->folder, &start) != 3 || !start) return false;
    text += start;
    if (!*text || strlen(text) >= sizeof log->name || strchr(text, '/')) return false;
    strcpy(log->name, text);
    log_count++;
    return true;
}

void logs_forget(void) {
    for (int i = 0; i < log_count; i++) {
        close(logs[i].pipe);
        close(logs[i].file);
        close(logs[i].folder);
    }
    if (logs_done >= 0) close(logs_done);
}

// The name of a former file; false where it is too long for one.
static bool former_name(const struct log *log, unsigned number, char name[300]) {
    return snprintf(name, 300, "%s.%u", log->name, number) <= 255;
}

// Moves the file and its former ones on by one. What there is no place for is lost.
static void move_on(const struct log *log) {
    char from[300], to[300];
    if (!logs_backups || !former_name(log, logs_backups - 1, to)) {
        unlinkat(log->folder, log->name, 0);
        return;
    }
    for (unsigned number = logs_backups - 1; number > 0; number--) {
        former_name(log, number, to);
        former_name(log, number - 1, from);
        renameat(log->folder, from, log->folder, to);
    }
    former_name(log, 0, to);
    renameat(log->folder, log->name, log->folder, to);
}

// Begins a new file with the owner and the rights of the full one. Where the folder takes no new file, the full one is
// emptied.
static void turn_over(struct log *log) {
    struct stat facts;
    if (fstat(log->file, &facts) < 0) return;
    move_on(log);
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
    int new = openat(log->folder, log->name, flags, 0600);
    if (new < 0 || fchown(new, facts.st_uid, facts.st_gid) < 0 || fchmod(new, facts.st_mode & 07777) < 0) {
        if (new >= 0) close(new);
        if (ftruncate(log->file, 0) < 0) return;
        return;
    }
    close(log->file);
    log->file = new;
}

// How much of the file there is room for.
static unsigned long long room(const struct log *log) {
    struct stat facts;
    if (!logs_size || fstat(log->file, &facts) < 0) return ~0ull;
    unsigned long long size = (unsigned long long)facts.st_size;
    return size < logs_size ? logs_size - size : 0;
}

// How much of a piece that doesn't fit goes into the full file: up to the end of a line, if there is one.
static size_t fitting(const char *piece, size_t room) {
    const char *end = memrchr(piece, '\n', room);
    return end ? (size_t)(end - piece) + 1 : room;
}

static void write_all(int file, const char *piece, size_t size) {
    while (size) {
        ssize_t written = write(file, piece, size);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        piece += written;
        size -= (size_t)written;
    }
}

static void take(struct log *log, const char *piece, size_t size) {
    while (size) {
        unsigned long long left = room(log);
        size_t now = left >= size ? size : fitting(piece, (size_t)left);
        write_all(log->file, piece, now);
        piece += now;
        size -= now;
        if (!size) return;
        turn_over(log);
        // Where even that makes no room, the rest is lost.
        if (!room(log)) return;
    }
}

static void end(struct log *log) {
    close(log->pipe);
    close(log->file);
    close(log->folder);
    log->pipe = -1;
}

// Reads once; whether there may be more later.
static void read_from(struct log *log) {
    static char piece[PIECE];
    ssize_t count = read(log->pipe, piece, sizeof piece);
    if (count > 0) take(log, piece, (size_t)count);
    else if (count == 0 || (errno != EINTR && errno != EAGAIN)) end(log);
}

// How many bytes the strings have that stand one behind the other from `first` on.
static size_t extent(char **strings, const char *first) {
    size_t size = 0;
    for (; *strings; strings++)
        if (*strings == first + size) size += strlen(*strings) + 1;
    return size;
}

// It isn't the program that it was forked to log, whatever its arguments and its environment say.
static void take_name(char **arguments) {
    size_t size = extent(arguments, arguments[0]);
    if (environ[0]) memset(environ[0], 0, extent(environ, environ[0]));
    memset(arguments[0], 0, size);
    snprintf(arguments[0], size, "roost-launch: log of %s", logs[0].name);
    prctl(PR_SET_NAME, "roost-log", 0, 0, 0);
}

static bool is_ours(int descriptor) {
    if (descriptor == logs_done) return true;
    for (int i = 0; i < log_count; i++)
        if (descriptor == logs[i].pipe || descriptor == logs[i].file || descriptor == logs[i].folder) return true;
    return false;
}

static void close_others(void) {
    unsigned next = 0;
    // Ranges between what is kept; numbers come in any order.
    for (int number = 0; number < MAX_NUMBER; number++) {
        if (!is_ours(number)) continue;
        if ((unsigned)number > next) syscall(SYS_close_range, next, (unsigned)number - 1, 0);
        next = (unsigned)number + 1;
        bool more = false;
        for (int i = 0; i < log_count && !more; i++)
            more = logs[i].pipe > number || logs[i].file > number || logs[i].folder > number;
        if (!more && logs_done <= number) break;
    }
    syscall(SYS_close_range, next, ~0u, 0);
}

void logs_write(char **arguments) {
    struct pollfd watched[MAX_LOGS];
    setsid();
    close_others();
    // Somebody's signal for all processes isn't meant to make a program lose its words.
    for (int number = 1; number < 32; number++)
        if (number != SIGSEGV && number != SIGBUS && number != SIGABRT) signal(number, SIG_IGN);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    umask(077);
    if (chdir("/") < 0) _exit(1);
    take_name(arguments);
    for (int i = 0; i < log_count; i++)
        if (!room(&logs[i])) turn_over(&logs[i]);
    for (;;) {
        int open = 0;
        for (int i = 0; i < log_count; i++) {
            watched[i] = (struct pollfd){.fd = logs[i].pipe, .events = POLLIN};
            if (logs[i].pipe >= 0) open++;
        }
        if (!open) _exit(0);
        if (poll(watched, (nfds_t)log_count, -1) < 0 && errno != EINTR) _exit(1);
        for (int i = 0; i < log_count; i++)
            if (watched[i].revents) read_from(&logs[i]);
    }
}
