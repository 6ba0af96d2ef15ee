// The floor: a server on epoll that answers each packet with 28 bytes and does nothing else.
// usage: echo SOCKET
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[1]);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 64) < 0) {
        perror(argv[1]);
        return 1;
    }
    int poller = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[64];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    static uint8_t in[1 << 16], out[1 << 16];
    for (;;) {
        int ready = epoll_wait(poller, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            int s = events[i].data.fd;
            if (s == listener) {
                event.data.fd = accept(listener, NULL, NULL);
                epoll_ctl(poller, EPOLL_CTL_ADD, event.data.fd, &event);
                continue;
            }
            ssize_t got = read(s, in, sizeof in);
            if (got <= 0) {
                close(s);
                continue;
            }
            // Calls of 28 bytes come whole; each becomes a reply by its kind.
            for (ssize_t at = 0; at + 28 <= got; at += 28) {
                memcpy(out + at, in + at, 28);
                uint32_t kind = htonl(1);
                memcpy(out + at + 16, &kind, 4);
            }
            if (write(s, out, (size_t)got) < 0) close(s);
        }
    }
}
