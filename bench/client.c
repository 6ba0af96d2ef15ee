// A client that does nothing but call: how many calls a second a server answers.
//
// usage: client SOCKET PROCEDURE CALLS CONNECTIONS DEPTH [NAME]
//
// Opens CONNECTIONS connections, each in a process of its own, and makes CALLS calls on each, with DEPTH of
// them under way at a time. PROCEDURE is a number of the remote program: one without arguments, or with NAME
// one that takes that domain (whose UUID is found by a lookup first) and flags; the name `*` stands for a list's
// arguments, results wanted and no flags. 0 opens nothing first: for the echo server. Prints calls per second over
// all connections.
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what) {
    perror(what);
    exit(1);
}

static int connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    if (s < 0 || connect(s, (struct sockaddr *)&address, sizeof address) < 0) die(path);
    return s;
}

static void put(uint8_t *at, uint32_t value) {
    value = htonl(value);
    memcpy(at, &value, 4);
}

static uint32_t get(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, 4);
    return ntohl(value);
}

static void read_fully(int s, uint8_t *buffer, size_t count) {
    while (count > 0) {
        ssize_t got = read(s, buffer, count);
        if (got <= 0) die("read");
        buffer += got;
        count -= (size_t)got;
    }
}

// A call's bytes; its length.
static size_t make_call(uint8_t *packet, uint32_t procedure, uint32_t serial, const uint8_t *payload, size_t size) {
    uint32_t words[] = {(uint32_t)(28 + size), 0x20008086, 1, procedure, 0, serial, 0};
    for (size_t i = 0; i < 7; i++) put(packet + 4 * i, words[i]);
    memcpy(packet + 28, payload, size);
    return 28 + size;
}

static uint8_t reply[1 << 22];

// Reads one reply; its payload's length. Ends the program if it is an error.
static size_t read_reply(int s) {
    for (;;) {
        read_fully(s, reply, 4);
        size_t length = get(reply);
        if (length < 28 || length > sizeof reply) {
            fprintf(stderr, "a reply of %zu bytes\n", length);
            exit(1);
        }
        read_fully(s, reply + 4, length - 4);
        if (get(reply + 16) != 1) continue;
        if (get(reply + 24) != 0) {
            fprintf(stderr, "error %u: %.*s\n", get(reply + 28), (int)get(reply + 40), (char *)reply + 44);
            exit(1);
        }
        return length - 28;
    }
}

static size_t ask(int s, uint32_t procedure, const uint8_t *payload, size_t size) {
    uint8_t packet[512];
    size_t length = make_call(packet, procedure, 1, payload, size);
    if (write(s, packet, length) != (ssize_t)length) die("write");
    return read_reply(s);
}

static size_t put_string(uint8_t *at, const char *text) {
    size_t length = strlen(text);
    put(at, (uint32_t)length);
    memset(at + 4, 0, length + 3);
    memcpy(at + 4, text, length);
    return 4 + (length + 3) / 4 * 4;
}

static void open_driver(int s) {
    uint8_t payload[64];
    ask(s, 66, payload, 0);
    put(payload, 1);
    size_t size = 4 + put_string(payload + 4, "qemu:///system");
    put(payload + size, 0);
    ask(s, 1, payload, size + 4);
}

static void work(const char *path, uint32_t procedure, long calls, int depth, const char *name) {
    int s = connect_to(path);
    uint8_t payload[256];
    size_t size = 0;
    if (procedure != 0) open_driver(s);
    if (name != NULL && strcmp(name, "*") == 0) {
        put(payload, 1);
        put(payload + 4, 0);
        size = 8;
    } else if (name != NULL) {
        // The reply to a lookup by name is the reference that other calls take, followed by their flags.
        size = ask(s, 23, payload, put_string(payload, name));
        memcpy(payload, reply + 28, size);
        put(payload + size, 0);
        size += 4;
    }
    uint8_t *packets = malloc((size_t)depth * (28 + size));
    size_t total = 0;
    for (int i = 0; i < depth; i++) total += make_call(packets + total, procedure, (uint32_t)i + 9, payload, size);
    for (long done = 0; done < calls; done += depth) {
        if (write(s, packets, total) != (ssize_t)total) die("write");
        for (int i = 0; i < depth; i++) read_reply(s);
    }
    exit(0);
}

int main(int argc, char **argv) {
    if (argc < 6) return 2;
    int connections = atoi(argv[4]);
    long calls = atol(argv[3]);
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < connections; i++)
        if (fork() == 0) work(argv[1], (uint32_t)atoi(argv[2]), calls, atoi(argv[5]), argc > 6 ? argv[6] : NULL);
    for (int i = 0, status; i < connections; i++) {
        wait(&status);
        if (status != 0) return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
    printf("%.0f\n", (double)(calls * connections) / seconds);
    return 0;
}
