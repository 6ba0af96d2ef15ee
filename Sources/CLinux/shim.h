// What the Glibc module leaves out: GNU and Linux calls, and macros that Swift cannot read.
// Functions of one system call each; no logic stands here.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/openat2.h>
#include <linux/sockios.h>
#include <malloc.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <spawn.h>

extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pipe2(int *, int);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
extern int pthread_setname_np(pthread_t, const char *);
extern int renameat2(int, const char *, int, const char *, unsigned int);
extern int sync_file_range(int, off_t, off_t, unsigned int);
extern const char *strerrordesc_np(int);
extern int getgrouplist(const char *, gid_t, gid_t *, int *);
extern long syscall(long, ...);
extern ssize_t getrandom(void *, size_t, unsigned int);

enum {
    CLINUX_MSG_CMSG_CLOEXEC = 0x40000000,
    CLINUX_O_PATH = 010000000,
    CLINUX_AT_EMPTY_PATH = 0x1000,
    CLINUX_SPAWN_SETSID = 0x80,
    CLINUX_P_PIDFD = 3,
    CLINUX_FALLOC_KEEP_SIZE = 1,
    CLINUX_FALLOC_PUNCH_HOLE = 2,
    CLINUX_SEEK_DATA = 3,
    CLINUX_SEEK_HOLE = 4,
    CLINUX_RENAME_NOREPLACE = 1,
    CLINUX_SYNC_FILE_RANGE_WRITE_AND_WAIT = 7,
};

static const uint32_t CLINUX_EPOLLIN = 0x001, CLINUX_EPOLLOUT = 0x004, CLINUX_EPOLLERR = 0x008,
                      CLINUX_EPOLLHUP = 0x010, CLINUX_EPOLLRDHUP = 0x2000,
                      CLINUX_EPOLLET = 1u << 31;

/// `SO_PEERCRED`'s answer.
struct clinux_credentials {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

static inline int clinux_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

static inline int clinux_pidfd_send_signal(int descriptor, int number) {
    return (int)syscall(SYS_pidfd_send_signal, descriptor, number, (void *)0, 0);
}

// PIDFD_SIGNAL_PROCESS_GROUP: all processes of the group that it leads; Linux 6.9.
static inline int clinux_pidfd_send_group_signal(int descriptor, int number) {
    return (int)syscall(SYS_pidfd_send_signal, descriptor, number, (void *)0, 4);
}

static inline int clinux_openat2(int folder, const char *path, struct open_how how) {
    return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

static inline int clinux_fallocate(int file, int mode, off_t offset, off_t length) {
    return (int)syscall(SYS_fallocate, file, mode, offset, length);
}

static inline int clinux_clone_file(int to, int from) { return ioctl(to, FICLONE, from); }

// `f_type` of `fstatfs`, or -1.
static inline int64_t clinux_file_system(int descriptor) {
    struct statfs facts;
    return fstatfs(descriptor, &facts) < 0 ? -1 : (int64_t)(uint32_t)facts.f_type;
}

static inline int clinux_fcntl(int descriptor, int command, int argument) {
    return fcntl(descriptor, command, argument);
}

static inline int clinux_openat(int folder, const char *path, int flags, mode_t mode) {
    return openat(folder, path, flags, mode);
}

static inline int clinux_window_size(int descriptor, struct winsize *size) {
    return ioctl(descriptor, TIOCGWINSZ, size);
}

/// Takes the end of a child; `code` is a CLD_ constant, or 0 when it still runs.
static inline int clinux_wait(int descriptor, int options, int *code, int *status) {
    siginfo_t information;
    information.si_pid = 0;
    int result = waitid((idtype_t)CLINUX_P_PIDFD, (id_t)descriptor, &information, options);
    *code = result == 0 && information.si_pid != 0 ? information.si_code : 0;
    *status = information.si_status;
    return result;
}

/// How many processors the calling thread may run on, or -1.
static inline int clinux_usable_processors(void) {
    unsigned long mask[128] = {0};
    long size = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    if (size < 0) return -1;
    int count = 0;
    for (unsigned i = 0; i < 128; i++) count += __builtin_popcountl(mask[i]);
    return count;
}

/// Fills `mask`, `size` bytes long, with the processors that a thread may run on.
static inline int clinux_affinity(pid_t thread, uint64_t *mask, size_t size) {
    return syscall(SYS_sched_getaffinity, thread, size, mask) < 0 ? -1 : 0;
}

static inline int clinux_set_affinity(pid_t thread, const uint64_t *mask, size_t size) {
    return (int)syscall(SYS_sched_setaffinity, thread, size, mask);
}

static inline int clinux_limits(pid_t pid, int resource, const struct rlimit *new_limits, struct rlimit *old_limits) {
    return (int)syscall(SYS_prlimit64, pid, resource, new_limits, old_limits);
}

static inline int clinux_flock(int descriptor, int operation) {
    extern int flock(int, int);
    return flock(descriptor, operation);
}

/// The entry's name, which may be longer than the structure says.
static inline const char *clinux_entry_name(const struct dirent *entry) { return entry->d_name; }

/// Makes or joins the tap that is called so; `name` has room for 16 bytes and holds what it is called afterwards.
static inline int clinux_attach_tap(int descriptor, char *name, int flags) {
    struct ifreq request = {0};
    __builtin_memcpy(request.ifr_name, name, IFNAMSIZ - 1);
    request.ifr_flags = (short)flags;
    int result = ioctl(descriptor, TUNSETIFF, &request);
    __builtin_memcpy(name, request.ifr_name, IFNAMSIZ);
    return result;
}

/// Reads (0) or sets (1) how many packets a link gathers before it tells of them.
static inline int clinux_coalesce(int socket, const char *name, int sets, uint32_t *received) {
    struct ethtool_coalesce values = {.cmd = sets ? ETHTOOL_SCOALESCE : ETHTOOL_GCOALESCE,
                                      .rx_max_coalesced_frames = *received};
    struct ifreq request = {.ifr_data = (void *)&values};
    for (int i = 0; i < IFNAMSIZ - 1 && name[i]; i++) request.ifr_name[i] = name[i];
    int result = ioctl(socket, SIOCETHTOOL, &request);
    *received = values.rx_max_coalesced_frames;
    return result;
}

/// Asks about a network link; `data` begins with the command's number, and has room for the answer.
static inline int clinux_ethtool(int descriptor, const char *link, void *data) {
    struct ifreq request = {.ifr_data = data};
    for (int i = 0; i < IFNAMSIZ - 1 && link[i]; i++) request.ifr_name[i] = link[i];
    return ioctl(descriptor, SIOCETHTOOL, &request);
}
