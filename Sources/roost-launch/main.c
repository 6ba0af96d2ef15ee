// roost-launch: starts one program with exactly the rights, files and limits that it was told, detached from
// whoever asked, so that it outlives the daemon.
//
//     roost-launch [OPTION...] -- PROGRAM [ARGUMENT...]
//
// Everything is read from the options before the fork; after it nothing is allocated. The child writes
// "pid N" to the status descriptor, waits for one byte on the go descriptor, takes its steps in the order of
// `prepare` and executes. A step that fails is written as "STEP ERRNO" and ends the child. The status
// descriptor closing without such a line means that the program runs. With --wait the parent stays until the
// program has ended, and writes "exit STATUS" or "signal NUMBER". With --log a second child writes what the program says
// into a pipe to a file that turns over (logs.c); it runs before the program does.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "logs.h"

enum { MAX_KEPT = 1024, MAX_GROUPS = 65536, MAX_LIMITS = 16 };

struct limit {
    int resource;
    struct rlimit value;
};

static struct orders {
    int status, go;
    int input, output, errors;
    int kept[MAX_KEPT];
    int kept_count;
    bool change_user, change_group;
    uid_t user;
    gid_t group;
    gid_t groups[MAX_GROUPS];
    int group_count; // -1: leave them as they are
    const char *directory;
    bool set_mask;
    mode_t mask;
    struct limit limits[MAX_LIMITS];
    int limit_count;
    const char *oom_score;
    bool no_new_privileges, drop_capabilities;
    bool wait;
    unsigned listeners; // sockets from 3 on that a program which is activated by sockets takes over
    char **program;
} orders = {.status = -1, .go = -1, .input = -1, .output = -1, .errors = -1, .group_count = -1};

// What went wrong before the fork is a mistake of the caller, told in words.
static void refuse(const char *what, const char *value) {
    fprintf(stderr, "roost-launch: %s: %s\n", what, value);
    exit(2);
}

static unsigned long long number_up_to(const char *text, unsigned long long max) {
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno || end == text || *end || *text < '0' || *text > '9' || value > max)
        refuse("not a number in range", text);
    return value;
}

static int descriptor(const char *text) { return (int)number_up_to(text, 1 << 20); }

// Calls `add` with each part of a list such as "3,4,5"; an empty list has none.
static void each(const char *list, void (*add)(const char *)) {
    char *copy = strdup(list), *rest = copy, *part;
    if (!copy) refuse("out of memory", list);
    while ((part = strsep(&rest, ",")))
        if (*part) add(part);
    free(copy);
}

static void add_kept(const char *text) {
    if (orders.kept_count == MAX_KEPT) refuse("too many descriptors", text);
    orders.kept[orders.kept_count++] = descriptor(text);
}

static void add_group(const char *text) {
    if (orders.group_count == MAX_GROUPS) refuse("too many groups", text);
    orders.groups[orders.group_count++] = (gid_t)number_up_to(text, 0xfffffffe);
}

// "NAME=SOFT:HARD", each a number or "unlimited".
static void add_limit(const char *text) {
    static const struct { const char *name; int resource; } known[] = {
        {"memlock", RLIMIT_MEMLOCK}, {"core", RLIMIT_CORE}, {"nofile", RLIMIT_NOFILE},
        {"nproc", RLIMIT_NPROC}, {"fsize", RLIMIT_FSIZE},
    };
    char name[16], soft[32], hard[32];
    if (sscanf(text, "%15[a-z]=%31[a-z0-9]:%31[a-z0-9]", name, soft, hard) != 3)
        refuse("not a limit", text);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(name, known[i].name)) continue;
        if (orders.limit_count == MAX_LIMITS) refuse("too many limits", text);
        struct limit *limit = &orders.limits[orders.limit_count++];
        limit->resource = known[i].resource;
        limit->value.rlim_cur = strcmp(soft, "unlimited") ? number_up_to(soft, RLIM_INFINITY) : RLIM_INFINITY;
        limit->value.rlim_max = strcmp(hard, "unlimited") ? number_up_to(hard, RLIM_INFINITY) : RLIM_INFINITY;
        return;
    }
    refuse("unknown limit", text);
}

// Takes the value of "--NAME=VALUE"; NULL when the option is another one.
static const char *value_of(const char *option, const char *name) {
    size_t length = strlen(name);
    return !strncmp(option, name, length) && option[length] == '=' ? option + length + 1 : NULL;
}

static void read_option(const char *option) {
    const char *value;
    if ((value = value_of(option, "--status"))) orders.status = descriptor(value);
    else if ((value = value_of(option, "--go"))) orders.go = descriptor(value);
    else if ((value = value_of(option, "--stdin"))) orders.input = descriptor(value);
    else if ((value = value_of(option, "--stdout"))) orders.output = descriptor(value);
    else if ((value = value_of(option, "--stderr"))) orders.errors = descriptor(value);
    else if ((value = value_of(option, "--keep"))) each(value, add_kept);
    else if ((value = value_of(option, "--user"))) {
        orders.user = (uid_t)number_up_to(value, 0xfffffffe);
        orders.change_user = true;
    } else if ((value = value_of(option, "--group"))) {
        orders.group = (gid_t)number_up_to(value, 0xfffffffe);
        orders.change_group = true;
    } else if ((value = value_of(option, "--groups"))) {
        orders.group_count = 0;
        each(value, add_group);
    } else if ((value = value_of(option, "--directory"))) orders.directory = value;
    else if ((value = value_of(option, "--umask"))) {
        orders.mask = (mode_t)number_up_to(value, 0777);
        orders.set_mask = true;
    } else if ((value = value_of(option, "--limit"))) add_limit(value);
    else if ((value = value_of(option, "--oom-score-adjust"))) orders.oom_score = value;
    else if ((value = value_of(option, "--listeners"))) orders.listeners = (unsigned)number_up_to(value, MAX_KEPT);
    else if ((value = value_of(option, "--log"))) {
        if (!logs_add(value)) refuse("not a log", value);
    } else if ((value = value_of(option, "--log-size"))) logs_size = number_up_to(value, 1ull << 62);
    else if ((value = value_of(option, "--log-backups"))) logs_backups = (unsigned)number_up_to(value, 1000);
    else if ((value = value_of(option, "--log-done"))) logs_done = descriptor(value);
    else if (!strcmp(option, "--wait")) orders.wait = true;
    else if (!strcmp(option, "--no-new-privileges")) orders.no_new_privileges = true;
    else if (!strcmp(option, "--drop-capabilities")) orders.drop_capabilities = true;
    else refuse("unknown option", option);
}

static void read_orders(char **arguments) {
    for (arguments++; *arguments && strcmp(*arguments, "--"); arguments++) read_option(*arguments);
    if (!*arguments || !arguments[1]) refuse("no program", "use: roost-launch [OPTION...] -- PROGRAM ...");
    orders.program = arguments + 1;
}

// After the fork: only system calls, and text put together on the stack.

static size_t put(char *line, size_t place, const char *text) {
    size_t length = strlen(text);
    memcpy(line + place, text, length);
    return place + length;
}

// The digits of a number, at the end of `digits`.
static const char *decimal(unsigned long number, char digits[24]) {
    size_t count = 24;
    digits[--count] = 0;
    do {
        digits[--count] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    return digits + count;
}

// Writes "WORD NUMBER\n" to the status descriptor.
static void report(const char *word, unsigned long number) {
    char line[96], digits[24];
    size_t length = put(line, put(line, put(line, 0, word), " "), decimal(number, digits));
    line[length++] = '\n';
    ssize_t written;
    do written = write(orders.status, line, length);
    while (written < 0 && errno == EINTR);
}

static void fail(const char *step) {
    report(step, (unsigned long)errno);
    _exit(127);
}

static void check(const char *step, long result) {
    if (result < 0) fail(step);
}

// Waits for the byte that says go. The end instead says that whoever asked is gone.
static void wait_for_go(void) {
    if (orders.go < 0) return;
    char byte;
    ssize_t count;
    do count = read(orders.go, &byte, 1);
    while (count < 0 && errno == EINTR);
    if (count != 1) _exit(126);
}

static void set_oom_score(void) {
    if (!orders.oom_score) return;
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    check("oom_score_adj", file);
    check("oom_score_adj", write(file, orders.oom_score, strlen(orders.oom_score)));
    close(file);
}

static void set_limits(void) {
    for (int i = 0; i < orders.limit_count; i++)
        check("setrlimit", setrlimit((__rlimit_resource_t)orders.limits[i].resource, &orders.limits[i].value));
}

// The bounding set first, since dropping from it needs a capability; the rest after the user changed.
static void drop_bounding_set(void) {
    if (!orders.drop_capabilities) return;
    for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
        if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0 && errno != EPERM) fail("capability bounding set");
}

static void change_identity(void) {
    if (orders.group_count >= 0)
        check("setgroups", syscall(SYS_setgroups, (size_t)orders.group_count, orders.groups));
    if (orders.change_group)
        check("setgid", syscall(SYS_setresgid, orders.group, orders.group, orders.group));
    if (orders.change_user)
        check("setuid", syscall(SYS_setresuid, orders.user, orders.user, orders.user));
}

static void drop_capabilities(void) {
    if (!orders.drop_capabilities) return;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {0};
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    check("capset", syscall(SYS_capset, &header, none));
}

// The three standard files. A source may itself have one of these numbers, so all go up first.
static void redirect(void) {
    int sources[3] = {orders.input, orders.output, orders.errors};
    for (int i = 0; i < 3; i++) {
        int null = sources[i] < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC) : sources[i];
        check("/dev/null", null);
        sources[i] = fcntl(null, F_DUPFD_CLOEXEC, 3);
        check("fcntl", sources[i]);
    }
    for (int i = 0; i < 3; i++) check("dup2", dup2(sources[i], i));
}

// Everything is closed on exec but what is kept. Kept numbers may come in any order.
static void keep_descriptors(void) {
    check("close_range", syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC));
    for (int i = 0; i < orders.kept_count; i++) check("keep", fcntl(orders.kept[i], F_SETFD, 0));
}

static void prepare(void) {
    set_oom_score();
    set_limits();
    drop_bounding_set();
    change_identity();
    drop_capabilities();
    if (orders.directory) check("chdir", chdir(orders.directory));
    if (orders.set_mask) umask(orders.mask);
    redirect();
    keep_descriptors();
    if (orders.no_new_privileges) check("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

// systemd's way to hand over listening sockets: their number, and the process that they are meant for.
static char listen_count[40] = "LISTEN_FDS=", listen_process[40] = "LISTEN_PID=";

// Before the fork: the environment with room for the two.
static char **environment_with_listeners(char **environment) {
    size_t count = 0, kept = 0;
    while (environment[count]) count++;
    char **changed = calloc(count + 3, sizeof *changed);
    if (!changed) refuse("out of memory", "environment");
    for (size_t i = 0; i < count; i++)
        if (strncmp(environment[i], "LISTEN_", 7)) changed[kept++] = environment[i];
    changed[kept++] = listen_count;
    changed[kept] = listen_process;
    return changed;
}

static void name_listeners(void) {
    char digits[24];
    strcpy(listen_count + strlen("LISTEN_FDS="), decimal(orders.listeners, digits));
    strcpy(listen_process + strlen("LISTEN_PID="), decimal((unsigned long)getpid(), digits));
}

static void run_child(char **environment) {
    check("setsid", setsid());
    report("pid", (unsigned long)getpid());
    wait_for_go();
    prepare();
    if (orders.listeners) name_listeners();
    execve(orders.program[0], orders.program, environment);
    fail("exec");
}

static void wait_for_end(pid_t child) {
    int status;
    pid_t ended;
    do ended = waitpid(child, &status, 0);
    while (ended < 0 && errno == EINTR);
    check("waitpid", ended);
    if (WIFSIGNALED(status)) report("signal", (unsigned long)WTERMSIG(status));
    else report("exit", (unsigned long)WEXITSTATUS(status));
}

// The writer has neither the program's files nor the talk with whoever asked: its life hangs on the pipes alone.
static void start_logs(char **arguments) {
    pid_t writer = fork();
    if (writer < 0) fail("fork");
    if (writer == 0) logs_write(arguments);
    logs_forget();
}

int main(int count, char **arguments, char **environment) {
    (void)count;
    read_orders(arguments);
    if (orders.listeners) environment = environment_with_listeners(environment);
    // Without a status descriptor, or with one below 3 that the redirection would replace, use a copy.
    if (orders.status < 0) orders.status = STDERR_FILENO;
    orders.status = fcntl(orders.status, F_DUPFD_CLOEXEC, 3);
    if (orders.status < 0) refuse("status descriptor", strerror(errno));
    if (logs_wanted()) start_logs(arguments);
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) run_child(environment);
    if (orders.wait) wait_for_end(child);
    return 0;
}
