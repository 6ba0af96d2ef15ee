import DriverKit
import Explanation
import Foundation
import QEMUCorpus
import Testing
import VirtXML
import XMLBinding

@testable import QEMUDriver
@testable import QEMUModel

/// Explains documents of the project's own for a recorded QEMU, with firmware that is made up.
enum Explained {
    /// The document of these tests.
    static let plain = Result { try of(document) }

    static func of(_ xml: String, secure: Bool = false) throws -> DomainExplanation {
        let qemu = try RecordedQEMU.x86.capabilities()
        var host = QEMUHost(architecture: "x86_64") { MACAddress((0x52, 0x54, 0, 0, 0, 1)) }
        host.firmware = RecordedQEMU.firmware
        host.updatesABI = true
        let given = try #require(DocumentNode(xml: xml, by: .user))
        let log = FillLog(given, options: secure ? .secure : [])
        let configuration = QEMUConfiguration(
            definitions: "/e", run: "/r", library: "/l", logs: "/g", cache: "/c")
        let resources = QEMUResources(
            domainFolder: "/l/domain--1-nest", shortName: "-1-nest", monitorDescriptor: 3)
        let dry = try log.keep { () throws in
            var domain = try DomainDefinition(xml: xml, options: [.inactive, .secure])
            try domain.fillQEMUDefaults(qemu, host: host)
            return try DryStart(
                domain, qemu, configuration, NoStorageVolumes(), for: .explanation(resources, HelperHost()))
        }
        log.finish(dry.domain)
        let guest = GuestExplanation(
            log.document, CommandLineRecord(dry.arguments, dry.domain), isRunning: false,
            host: HostProbe(process: nil))
        var whole = DomainExplanation()
        (whole.arguments, whole.elements, whole.own) = (guest.start.words, guest.elements, guest.ownArguments)
        return whole
    }

    /// What is said of an element, without the host.
    static func text(_ element: DomainExplanation.Element) -> String {
        let marks: [DomainExplanation.Author: String] = [.user: " ", .roost: "+", .both: "~", .unknown: "?"]
        var lines = [element.path + (element.alias.map { " " + $0 } ?? "")]
        lines += element.lines.map { (marks[$0.author] ?? "") + $0.text }
        lines += element.arguments.map { "> " + $0.words.joined(separator: " ") }
        lines += element.pieces.map { "> \($0.option) …\($0.text)" }
        lines += element.filled.map { "\($0.path): \($0.reason)" + ($0.former.map { " (was \($0))" } ?? "") }
        return (lines + [element.note, element.reason].compactMap { $0 }).joined(separator: "\n")
    }
}

private let document = """
    <domain type='qemu'>
      <name>nest</name>
      <memory unit='MiB'>64</memory>
      <vcpu>1</vcpu>
      <os>
        <type arch='x86_64' machine='q35'>hvm</type>
        <boot dev='hd'/>
      </os>
      <features><acpi/><vmport state='off'/></features>
      <devices>
        <disk type='file' device='disk'>
          <source file='/disks/b'/>
          <target dev='vdb' bus='virtio'/>
        </disk>
        <disk type='file' device='disk'>
          <driver name='qemu' type='qcow2'/>
          <source file='/disks/a'/>
          <target dev='vda' bus='virtio'/>
          <address type='pci' domain='0' bus='0' slot='4' function='0'/>
        </disk>
        <controller type='usb' model='none'/>
        <graphics type='vnc' passwd='hidden'/>
      </devices>
    </domain>
    """

@Suite
struct ExplainTests {
    @Test("all arguments of all elements and of Roost itself are the command line, each once and in order")
    func whole() throws {
        let whole = try Explained.plain.get()
        let parts =
            whole.elements.flatMap(\.arguments).map { ($0.index, $0.words) }
            + whole.own.filter { $0.piece == nil }.map { ($0.index, $0.words) }
        let sorted = parts.sorted { $0.0 < $1.0 }
        #expect(sorted.flatMap(\.1) == whole.arguments)
        #expect(Set(sorted.map(\.0)).count == sorted.count)
    }

    @Test("what the user wrote is told from what was filled in, and why")
    func authors() throws {
        let whole = try Explained.plain.get()
        let first = try #require(whole.elements.first { $0.target == "vda" })
        #expect(first.path == "devices/disk[1]")
        #expect(first.author == .user)
        #expect(!first.filled.contains { $0.path == "address" || $0.path.hasPrefix("driver/") })
        let second = try #require(whole.elements.first { $0.target == "vdb" })
        #expect(second.alias == "virtio-disk1")
        let address = try #require(second.filled.first { $0.path == "address" })
        #expect(address.value.hasPrefix("<address type='pci'"))
        #expect(address.reason.contains("the first free place"))
        #expect(second.filled.first { $0.path == "alias" }?.reason.contains("at the start") == true)
        #expect(second.filled.first { $0.path == "driver" }?.value.contains("type='raw'") == true)
    }

    @Test("a port was added for the device that had no slot, one is free, and the chipset has its own")
    func controllers() throws {
        let whole = try Explained.plain.get()
        let ports = whole.elements.filter { $0.lines.first?.text.contains("pcie-root-port") == true }
        #expect(ports.count >= 2)
        #expect(ports.allSatisfy { $0.author == .roost })
        #expect(ports.contains { $0.reason == "there was no slot left for disk 'vdb'" })
        #expect(ports.contains { $0.reason == "a slot is kept free for what is plugged in later" })
        let sata = try #require(whole.elements.first { $0.lines.first?.text.contains("type='sata'") == true })
        #expect(sata.reason == "the machine's chipset has it")
        #expect(sata.arguments.isEmpty)
        #expect(sata.note?.contains("without being told") == true)
        #expect(sata.filled.first { $0.path == "address" }?.reason == "the machine's chipset has it there")
    }

    @Test("the first of the disks has the turn of <boot>")
    func boot() throws {
        let whole = try Explained.plain.get()
        let disk = try #require(whole.only("vda").elements.first)
        #expect(disk.filled.first { $0.path == "boot" }?.reason.contains("<boot dev='hd'/>") == true)
        #expect(disk.arguments.last?.words.last?.contains("\"bootindex\":1") == true)
        #expect(whole.only("os/boot").elements.first?.note?.contains("<boot>") == true)
    }

    @Test("pieces of one argument belong to the elements that asked for them")
    func pieces() throws {
        let whole = try Explained.plain.get()
        #expect(whole.only("features/vmport").elements.first?.pieces.map(\.text) == ["vmport=off"])
        #expect(whole.only("os/type").elements.first?.arguments.first?.words.first == "-machine")
        #expect(whole.own.contains { $0.piece == "usb=off" && !$0.reason.isEmpty })
    }

    @Test("values that Roost replaces are told with what was there before")
    func replaced() throws {
        let machine = try #require(try Explained.plain.get().only("os/type").elements.first)
        let filled = try #require(machine.filled.first { $0.path == "@machine" })
        #expect(filled.former == "q35")
        #expect(filled.value.hasPrefix("pc-q35-"))
        // A value in another form is still the user's.
        #expect(try Explained.plain.get().only("memory").elements.first?.filled.isEmpty == true)
    }

    @Test("a few elements, as they are explained")
    func golden() throws {
        let whole = try Explained.plain.get()
        let elements = ["os/type", "vdb", "ide", "memballoon"].flatMap { whole.only($0).elements }
        let text = elements.map(Explained.text).joined(separator: "\n\n")
        #expect(text == Self.golden)
    }

    private static let golden = """
        os/type
        ~<type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
        > -machine pc-q35-7.2,usb=off,vmport=off,dump-guest-core=off,memory-backend=pc.ram
        @machine: what the name of the machine stands for in this QEMU (was q35)

        devices/disk[2] virtio-disk1
         <disk type='file' device='disk'>
        +  <driver name='qemu' type='raw'/>
        ~  <source file='/disks/b' index='1'/>
           <target dev='vdb' bus='virtio'/>
        +  <alias name='virtio-disk1'/>
        +  <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
         </disk>
        > -blockdev {"driver":"file","filename":"/disks/b","node-name":"libvirt-1-storage","auto-read-only":true,"discard":"unmap"}
        > -blockdev {"node-name":"libvirt-1-format","read-only":false,"driver":"raw","file":"libvirt-1-storage"}
        > -device {"driver":"virtio-blk-pci","bus":"pci.1","addr":"0x0","drive":"libvirt-1-format","id":"virtio-disk1"}
        driver: what QEMU's device of the kind is where nothing is said
        source/@index: images are numbered at the start, the last disk's first
        alias: devices get their names at the start
        address: the first free place when its turn came; bus 1 is a pcie-root-port

        devices/controller[2] ide
        +<controller type='sata' index='0'>
        +  <alias name='ide'/>
        +  <address type='pci' domain='0x0000' bus='0x00' slot='0x1f' function='0x2'/>
        +</controller>
        alias: devices get their names at the start
        address: the machine's chipset has it there
        no argument: the machine has it without being told, or it stands for another device
        the machine's chipset has it

        devices/memballoon balloon0
        +<memballoon model='virtio'>
        +  <alias name='balloon0'/>
        +  <address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x0'/>
        +</memballoon>
        > -device {"driver":"virtio-balloon-pci","id":"balloon0","bus":"pci.2","addr":"0x0"}
        alias: devices get their names at the start
        address: the first free place when its turn came; bus 2 is a pcie-root-port
        guests can give memory back unless model='none' says otherwise
        """

    @Test("the firmware says which descriptor it comes from")
    func firmware() throws {
        let asked = document.replacing("<os>", with: "<os firmware='efi'>").replacing(
            "<boot dev='hd'/>", with: "")
        let whole = try Explained.of(asked)
        let loader = try #require(whole.only("os/loader").elements.first)
        #expect(loader.author == .roost)
        #expect(loader.reason?.contains("/usr/share/qemu/firmware/") == true)
        #expect(loader.arguments.contains { $0.words.first == "-blockdev" })
        #expect(
            whole.only("os/nvram").elements.first?.filled.contains { $0.reason.contains("of its own") }
                == true)
    }

    @Test("passwords are shown only to who may see them")
    func secrets() throws {
        #expect(try !Explained.plain.get().json.contains("hidden"))
        #expect(try Explained.of(document, secure: true).json.contains("passwd='hidden'"))
    }

    @Test("every element of the document is explained or is the parent of one that is")
    func complete() throws {
        let paths = try Explained.plain.get().elements.map(\.path)
        #expect(Set(paths).count == paths.count)
        for path in [
            "domain", "name", "uuid", "memory", "currentMemory", "vcpu", "os/type", "os/boot",
            "features/acpi", "cpu",
            "clock", "on_poweroff", "devices/emulator", "devices/disk[1]", "devices/graphics[1]",
            "devices/memballoon",
        ] where path != "uuid" {
            #expect(paths.contains(path), "\(path)")
        }
    }
}
