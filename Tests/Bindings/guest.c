/* What people do with libvirt, in C. usage: guest URI FOLDER */
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>

#define CHECK(what) do { if (!(what)) { fprintf(stderr, "line %d: %s: %s\n", __LINE__, #what, \
    virGetLastErrorMessage()); exit(1); } } while (0)

static const char *folder;
static char seen[256];

static char *text(const char *name)
{
    char path[4096];
    static char buffer[1 << 16];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int file = open(path, O_RDONLY);
    ssize_t length = read(file, buffer, sizeof buffer - 1);
    CHECK(length > 0);
    close(file);
    buffer[length] = 0;
    return strdup(buffer);
}

static int heard(virConnectPtr connection, virDomainPtr domain, int event, int detail, void *opaque)
{
    snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%d ", event);
    return 0;
}

static int fill(virStreamPtr stream, char *data, size_t length, void *file) { return read(*(int *)file, data, length); }

static int keep(virStreamPtr stream, const char *data, size_t length, void *file)
{
    return write(*(int *)file, data, length);
}

static void expect(virStreamPtr console, const char *words)
{
    static char said[1 << 16];
    size_t length = 0;
    while (!strstr(said, words)) {
        CHECK(length < sizeof said - 1);
        int got = virStreamRecv(console, said + length, sizeof said - 1 - length);
        CHECK(got > 0);
        length += got;
        said[length] = 0;
    }
    memset(said, 0, sizeof said);
}

int main(int count, char **words)
{
    folder = words[2];
    CHECK(virEventRegisterDefaultImpl() == 0);
    virConnectPtr connection = virConnectOpen(words[1]);
    CHECK(connection);
    CHECK(strlen(virConnectGetHostname(connection)) > 0);
    CHECK(virConnectDomainEventRegisterAny(connection, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
        VIR_DOMAIN_EVENT_CALLBACK(heard), NULL, NULL) >= 0);

    virDomainPtr domain = virDomainDefineXML(connection, text("domain.xml"));
    CHECK(domain);
    CHECK(virDomainCreate(domain) == 0);
    virDomainPtr *all;
    CHECK(virConnectListAllDomains(connection, &all, VIR_CONNECT_LIST_DOMAINS_RUNNING) == 1);
    CHECK(strcmp(virDomainGetName(all[0]), virDomainGetName(domain)) == 0);
    while (!strstr(seen, "2 ")) CHECK(virEventRunDefaultImpl() == 0);

    virStreamPtr console = virStreamNew(connection, 0);
    CHECK(virDomainOpenConsole(domain, NULL, console, 0) == 0);
    CHECK(virStreamSend(console, "\r", 1) == 1);
    expect(console, "guest# ");
    const char *line = "echo $((6 * 7)) apples\r";
    CHECK(virStreamSend(console, line, strlen(line)) == (int)strlen(line));
    expect(console, "42 apples");
    CHECK(virStreamAbort(console) == 0);

    CHECK(virDomainSnapshotCreateXML(domain, text("snapshot.xml"), 0));
    CHECK(virDomainSnapshotNum(domain, 0) == 1);

    virStoragePoolPtr pool = virStoragePoolCreateXML(connection, text("pool.xml"), 0);
    CHECK(pool);
    virStorageVolPtr volume = virStorageVolCreateXML(pool, text("volume.xml"), 0);
    CHECK(volume);
    char path[4096];
    snprintf(path, sizeof path, "%s/data", folder);
    int from = open(path, O_RDONLY);
    virStreamPtr up = virStreamNew(connection, 0);
    CHECK(virStorageVolUpload(volume, up, 0, 0, 0) == 0);
    CHECK(virStreamSendAll(up, fill, &from) == 0 && virStreamFinish(up) == 0);
    snprintf(path, sizeof path, "%s/back", folder);
    int to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    virStreamPtr down = virStreamNew(connection, 0);
    CHECK(virStorageVolDownload(volume, down, 0, 0, 0) == 0);
    CHECK(virStreamRecvAll(down, keep, &to) == 0 && virStreamFinish(down) == 0);

    CHECK(virDomainDestroy(domain) == 0);
    while (!strstr(seen, "5 ")) CHECK(virEventRunDefaultImpl() == 0);
    CHECK(virDomainUndefineFlags(domain, VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA) == 0);
    CHECK(virStorageVolDelete(volume, 0) == 0);
    CHECK(virStoragePoolDestroy(pool) == 0);
    return 0;
}
