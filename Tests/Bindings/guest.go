// What people do with libvirt, in Go, without libvirt. usage: guest SOCKET FOLDER
package main

import (
	"bytes"
	"context"
	"log"
	"net"
	"os"
	"time"

	libvirt "github.com/digitalocean/go-libvirt"
)

var folder = os.Args[2]

func check(problem error, what string) {
	if problem != nil {
		log.Fatalf("%s: %v", what, problem)
	}
}

func text(name string) string {
	content, problem := os.ReadFile(folder + "/" + name)
	check(problem, name)
	return string(content)
}

func connected() *libvirt.Libvirt {
	socket, problem := net.DialTimeout("unix", os.Args[1], 5*time.Second)
	check(problem, "the daemon")
	host := libvirt.New(socket)
	check(host.ConnectToURI("qemu:///system"), "connect")
	return host
}

func await(events <-chan libvirt.DomainEventLifecycleMsg, wanted libvirt.DomainEventType) {
	for event := range events {
		if libvirt.DomainEventType(event.Event) == wanted {
			return
		}
	}
	log.Fatalf("no event %d came", wanted)
}

func main() {
	host := connected()
	name, problem := host.ConnectGetHostname()
	check(problem, "hostname")
	if name == "" {
		log.Fatal("no name of the host")
	}
	within, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	events, problem := host.LifecycleEvents(within)
	check(problem, "events")

	domain, problem := host.DomainDefineXML(text("domain.xml"))
	check(problem, "define")
	check(host.DomainCreate(domain), "start")
	running, _, problem := host.ConnectListAllDomains(1, libvirt.ConnectListDomainsRunning)
	check(problem, "list")
	if len(running) != 1 || running[0].UUID != domain.UUID {
		log.Fatalf("another list of running guests: %v", running)
	}
	await(events, libvirt.DomainEventStarted)
	_, problem = host.DomainSnapshotCreateXML(domain, text("snapshot.xml"), 0)
	check(problem, "snapshot")
	count, problem := host.DomainSnapshotNum(domain, 0)
	check(problem, "snapshots")
	if count != 1 {
		log.Fatalf("%d snapshots", count)
	}

	pool, problem := host.StoragePoolCreateXML(text("pool.xml"), 0)
	check(problem, "pool")
	volume, problem := host.StorageVolCreateXML(pool, text("volume.xml"), 0)
	check(problem, "volume")
	data := []byte(text("data"))
	check(host.StorageVolUpload(volume, bytes.NewReader(data), 0, 0, 0), "upload")
	var back bytes.Buffer
	check(host.StorageVolDownload(volume, &back, 0, 0, 0), "download")
	check(os.WriteFile(folder+"/back", back.Bytes(), 0o600), "back")

	check(host.DomainDestroy(domain), "destroy")
	await(events, libvirt.DomainEventStopped)
	check(host.DomainUndefineFlags(domain, libvirt.DomainUndefineSnapshotsMetadata), "undefine")
	check(host.StorageVolDelete(volume, 0), "delete")
	check(host.StoragePoolDestroy(pool), "pool's end")
	check(host.Disconnect(), "disconnect")
}
