import JSON
import Testing
import VirtXML

@testable import QEMUModel

private func tpm(_ attributes: String = #"version="2.0""#, _ inside: String = "") -> String {
    #"<tpm model="tpm-crb"><backend type="emulator" \#(attributes)>\#(inside)</backend></tpm>"#
}

private func folder(_ inside: String = "", source: String = "/srv") -> String {
    #"<filesystem><driver type="virtiofs"/>\#(inside)<source dir="\#(source)"/><target dir="tag"/></filesystem>"#
}

@Suite
struct HelperProcessTests {
    private let state = "/var/lib/libvirt/swtpm/c7a5fdbd-edaf-9455-926a-d65c16db1809/tpm2"

    @Test("a TPM is played by swtpm, with a state that swtpm_setup makes beside its place at the first start")
    func swtpm() throws {
        let helper = try HelperBench().only(tpm())
        let log = "/var/log/swtpm/libvirt/qemu/guest-swtpm.log"
        #expect(
            helper.arguments == [
                "socket", "--ctrl", "type=unixio,fd=3", "--tpmstate", "dir=\(state),mode=0600", "--log",
                "file=\(log)", "--terminate", "--tpm2",
            ])
        #expect(helper.socket == .listening(path: "/run/qemu/swtpm/1-guest-swtpm.sock"))
        #expect(helper.ending == helper.socket?.path.map { HelperEnding(socket: $0, message: [0, 0, 0, 3]) })
        let setup = try #require(helper.setup)
        #expect(setup.final == state)
        #expect(
            setup.runs == [
                [
                    "--tpm2", "--tpm-state", state + ".new", "--vmid",
                    "guest:c7a5fdbd-edaf-9455-926a-d65c16db1809", "--logfile", log, "--createek",
                    "--create-ek-cert", "--create-platform-cert", "--lock-nvram", "--not-overwrite",
                ]
            ])
    }

    @Test("version, registers, passphrase, level of the log and place of a TPM's state are the document's")
    func swtpmOptions() throws {
        let old = try HelperBench().only(
            tpm(#"version="1.2" debug="3""#).replacing("tpm-crb", with: "tpm-tis"))
        #expect(!old.arguments.contains("--tpm2"))
        #expect(old.arguments.contains { $0.hasSuffix("/tpm1.2,mode=0600") })
        #expect(old.arguments.contains("file=/var/log/swtpm/libvirt/qemu/guest-swtpm.log,level=3"))

        let banks = try HelperBench().only(
            tpm(#"version="2.0""#, "<active_pcr_banks><sha384/><sha1/></active_pcr_banks>"))
        #expect(
            banks.setup?.runs.last == [
                "--tpm2", "--tpm-state", state + ".new", "--logfile",
                "/var/log/swtpm/libvirt/qemu/guest-swtpm.log", "--pcr-banks", "sha1,sha384", "--reconfigure",
            ])

        var bench = HelperBench()
        bench.host.secret = { _ in Array("pass,word".utf8) }
        let secret = #"<encryption secret="c7a5fdbd-edaf-9455-926a-d65c16db1800"/>"#
        let encrypted = try bench.only(tpm(#"version="2.0""#, secret))
        #expect(
            encrypted.arguments.suffix(4) == [
                "--key", "pwdfd=4,mode=aes-256-cbc", "--migration-key", "pwdfd=5,mode=aes-256-cbc",
            ])
        #expect(encrypted.inputs[4] == Array("pass,word".utf8))
        #expect(
            encrypted.setup?.runs[0].prefix(5) == ["--tpm2", "--pwdfile-fd", "3", "--cipher", "aes-256-cbc"])
        #expect(encrypted.setup?.inputs == [3: Array("pass,word".utf8)])
        #expect(throws: ConfigurationError.self) { try HelperBench().helpers(tpm(#"version="2.0""#, secret)) }

        let elsewhere = try HelperBench().only(tpm(#"version="2.0""#, #"<source type="dir" path="/state"/>"#))
        #expect(elsewhere.arguments.contains("dir=/state,mode=0600"))
        #expect(elsewhere.setup == nil)
    }

    @Test("an ordinary user's TPM gets its certificates from an authority of that user's")
    func ordinaryUser() throws {
        var bench = HelperBench()
        bench.host.isPrivileged = false
        #expect(try bench.only(tpm()).setup?.runs.first == ["--create-config-files", "skip-if-exist"])
    }

    @Test("what has no program of the daemon's has no helper")
    func none() throws {
        let devices = """
            <tpm model="tpm-crb"><backend type="external"><source type="unix" mode="connect" path="/tpm"/></backend></tpm>
            <filesystem><driver type="virtiofs"/><source socket="/fs.sock"/><target dir="tag"/></filesystem>
            <interface type="user"/><graphics type="dbus" p2p="yes"/>
            """
        #expect(try HelperBench().helpers(devices) == [])
    }

    @Test(
        "a shared folder is served by virtiofsd, with the options in one list or a word each, as it understands"
    )
    func virtiofsd() throws {
        var bench = HelperBench()
        bench.host.vhostUser = [
            try #require(VhostUserDescriptor(["type": "gpu", "binary": "/gpu"])),
            try #require(VhostUserDescriptor(["type": "fs", "binary": "/virtiofsd"])),
        ]
        let plain = try bench.only(folder())
        #expect(plain.program == "/virtiofsd")
        #expect(plain.arguments == ["--fd=3", "-o", "source=/srv"])
        #expect(plain.socket == .listening(path: "/lib/domain-1-guest/fs0-fs.sock"))
        #expect(plain.runsAs == .daemon)

        let all = folder(
            """
            <binary path="/own" xattr="on"><cache mode="always"/><sandbox mode="chroot"/>
            <lock posix="on" flock="off"/><thread_pool size="4"/><openfiles max="99"/></binary>
            <idmap><uid start="0" target="1000" count="1"/><gid start="1" target="100" count="9"/></idmap>
            """)
        let listed = try bench.only(all)
        #expect(listed.program == "/own")
        #expect(
            listed.arguments == [
                "--fd=3", "-o", "source=/srv,cache=always,sandbox=chroot,xattr,no_flock,posix_lock",
                "--thread-pool-size=4", "--rlimit-nofile=99", "--uid-map=:0:1000:1:", "--gid-map=:1:100:9:",
            ])
        bench.host.features = { _ in ["separate-options"] }
        let words = try bench.only(
            folder(
                #"<binary xattr="on"><cache mode="none"/><sandbox mode="namespace"/></binary>"#,
                source: "/a,b\\c")
        )
        #expect(
            words.arguments == [
                "--fd=3", "--shared-dir=/a,b\\c", "--cache=none", "--sandbox=namespace", "--xattr",
            ])
    }

    @Test("a folder that isn't there, a missing program and a value with a comma are refused by name")
    func refused() throws {
        var bench = HelperBench()
        #expect(throws: ConfigurationError.self) { try bench.helpers(folder()) }
        bench.host.vhostUser = [try #require(VhostUserDescriptor(["type": "fs", "binary": "/virtiofsd"]))]
        for source in ["/a,sandbox=none", "/a\\054b"] {
            #expect(throws: ConfigurationError.self) { try bench.helpers(folder(source: source)) }
        }
        bench.host.isFolder = { _ in false }
        #expect(throws: ConfigurationError.internal("the virtiofs export directory '/srv' does not exist")) {
            try bench.helpers(folder())
        }
        bench.host.find = { _ in nil }
        #expect(
            throws: ConfigurationError.unsupported("'swtpm' is not installed on this host: install swtpm")
        ) { try bench.helpers(tpm()) }
    }

    @Test("a screen on the message bus, and what carries packets beside QEMU, have the guest's own bus")
    func bus() throws {
        let bus = try HelperBench().only(#"<graphics type="dbus"/>"#)
        #expect(bus.arguments == ["--config-file=/run/qemu/dbus/1-guest-dbus.conf"])
        #expect(bus.socket == .activated(path: "/run/qemu/dbus/1-guest-dbus.sock"))
        #expect(bus.files.map(\.path) == ["/run/qemu/dbus/1-guest-dbus.conf"])

        var bench = HelperBench()
        bench.usesSlirp = true
        let helpers = try bench.helpers(
            """
            <interface type="user"><mac address="52:54:00:00:00:07"/><ip family="ipv4" address="172.17.2.0" prefix="24"/>
            <ip family="ipv6" address="2001:db8::" prefix="64"/></interface>
            """)
        #expect(helpers.map(\.name) == ["slirp-helper of net0", "dbus-daemon of dbus"])
        #expect(
            helpers[0].arguments == [
                "--fd=3", "--net=172.17.2.0/24", "--net6=2001:db8::/64", "--dbus-id=slirp-52:54:00:00:00:07",
                "--dbus-address=unix:path=/run/qemu/dbus/1-guest-dbus.sock", "--exit-with-parent",
            ])
        #expect(helpers[0].socket == .pair(alias: "net0", keepsPackets: true))
    }

    @Test("passt is told addresses, the host's interface and the ports that lead into the guest")
    func passt() throws {
        let helper = try HelperBench().only(
            """
            <interface type="user"><source dev="eth0"/><ip family="ipv4" address="172.17.2.4" prefix="24"/>
            <ip family="ipv6" address="2001:db8::feed"/>
            <portForward proto="tcp" address="2001:db8::10" dev="br1"><range start="22" to="2022"/>
            <range start="1000" end="1050"/><range start="1020" exclude="yes"/></portForward>
            <portForward proto="udp"><range start="5000" end="5020" to="6000"/></portForward>
            <portForward proto="tcp" dev="br1"/>
            <backend type="passt" logFile="/log"/></interface>
            """)
        #expect(
            helper.arguments == [
                "--foreground", "--one-off", "--socket", "/run/qemu/passt/1-guest-net0.socket", "--pid",
                "/proc/self/fd/3", "--log-file", "/log", "--interface", "eth0", "--address", "172.17.2.4",
                "--netmask", "24", "--address", "2001:db8::feed",
                "--tcp-ports", "2001:db8::10%br1/22:2022,1000-1050,~1020", "--udp-ports",
                "5000-5020:6000-6020", "--tcp-ports", "%br1/all",
            ])
    }

    @Test("disks with managed reservations share one helper; others have none")
    func reservations() throws {
        func disk(_ name: String, _ managed: String, _ inside: String = "") -> String {
            """
            <disk type="block" device="lun"><source dev="/dev/\(name)"><reservations managed="\(managed)">\(inside)\
            </reservations></source><target dev="\(name)" bus="scsi"/></disk>
            """
        }
        let bench = HelperBench()
        let helper = try bench.only(
            #"<controller type="scsi" model="virtio-scsi"/>"# + disk("sda", "yes") + disk("sdb", "yes"))
        #expect(helper.name == "qemu-pr-helper of pr-helper0")
        #expect(helper.socket == .activated(path: "/lib/domain-1-guest/pr-helper0.sock"))
        #expect(helper.arguments == [])
        let own = #"<source type="unix" path="/pr.sock" mode="client"/>"#
        #expect(try bench.helpers(disk("sda", "no", own)) == [])
    }

    @Test("a graphics card of another program's gets what that program can do")
    func gpu() throws {
        let video = """
            <video><driver name="vhostuser"/><model type="virtio"><acceleration accel3d="yes" rendernode="/dev/dri/x"/>\
            </model></video>
            """
        var bench = HelperBench()
        #expect(throws: ConfigurationError.self) { try bench.helpers(video) }
        bench.host.vhostUser = [try #require(VhostUserDescriptor(["type": "gpu", "binary": "/gpu"]))]
        #expect(try bench.only(video).arguments == ["--fd=3"])
        bench.host.features = { $0 == "/gpu" ? ["render-node", "virgl"] : [] }
        #expect(try bench.only(video).arguments == ["--fd=3", "--virgl", "--render-node=/dev/dri/x"])
        #expect(try bench.only(video).socket == .pair(alias: "video0"))
    }

    @Test("images that QEMU can't fetch by itself come by nbdkit, which is told secrets by descriptor")
    func nbdkit() throws {
        func disk(_ source: String) -> String {
            #"<disk type="network"><source \#(source)</source><target dev="vda" bus="virtio"/></disk>"#
        }
        let web = disk(
            """
            protocol="https" name="a/b" query="c=d"><host name="h" port="8443"/><ssl verify="no"/>
            <cookies><cookie name="x">1</cookie><cookie name="y">2</cookie></cookies><timeout seconds="7"/>
            """)
        #expect(try HelperBench().helpers(web) == [])
        var bench = HelperBench()
        bench.usesNbdkit = true
        let fetched = try bench.only(web)
        #expect(
            fetched.arguments == [
                "--foreground", "curl", "protocols=https", "url=https://h:8443/a/b?c=d", "cookie=-5",
                "sslverify=false", "timeout=7",
            ])
        #expect(fetched.inputs == [5: Array("x=1; y=2".utf8)])
        #expect(fetched.socket == .activated(path: "/lib/domain-1-guest/nbdkit-libvirt-1-storage.socket"))

        let ssh = disk(
            """
            protocol="ssh" name="a=b"><host name="h"/><knownHosts path="/known"/>
            <identity username="me" keyfile="/key" agentsock="/agent"/>
            """)
        let one = try HelperBench().only(ssh)
        #expect(
            one.arguments == [
                "--foreground", "ssh", "host=h", "port=22", "path=a=b", "user=me", "identity=/key",
                "known-hosts=/known",
            ])
        #expect(one.environment == ["SSH_AUTH_SOCK": "/agent"])
    }

    @Test("a domain's name is part of no option: not of a log's, nor of a certificate's name")
    func names() throws {
        let helper = try HelperBench().only(tpm(), name: "a,level=20\\b%")
        #expect(helper.log == "/var/log/swtpm/libvirt/qemu/a%2Clevel=20%5Cb%25-swtpm.log")
        #expect(helper.arguments.contains("file=" + helper.log))
        #expect(helper.setup?.runs[0].contains("c7a5fdbd-edaf-9455-926a-d65c16db1809") == true)
    }
}
