import LinuxSystem
import PublishedData
import Testing
import Virt
import VirtDriver
import VirtXML
import XMLBinding

@testable import NodeDeviceDriver

/// Mediated devices, which `mdevctl` makes and keeps.
@Suite struct MediatedTests {
    private static let uuid = "d2441d39-495e-4243-ad9f-beb3f14c23d9"
    private static let name = "mdev_d2441d39_495e_4243_ad9f_beb3f14c23d9_0000_00_02_0"

    private func document(
        parent: String = "pci_0000_00_02_0", uuid: String? = uuid, type: String = "i915-GVTg_V5_8",
        value: String = "1"
    ) -> String {
        """
        <device><name>n</name><parent>\(parent)</parent><capability type='mdev'><type id='\(type)'/>
        \(uuid.map { "<uuid>\($0)</uuid>" } ?? "")<attr name='a' value='\(value)'/></capability></device>
        """
    }

    @Test("a device is defined, starts with the host, is changed and undefined, and each is told of")
    func life() async throws {
        let host = try await Host(mdevctl: "mdevctl")
        let device = try await host.service.nodeDeviceDefineXML(xml: document(), flags: [])
        #expect(device.name == Self.name)
        let calls = host.device(Self.name)
        let states = try await [calls.isPersistent(), calls.isActive(), calls.autostart()]
        #expect(states == [true, false, false])
        #expect(try await host.service.listAllNodeDevices(flags: .inactive).map(\.name) == [Self.name])
        try await calls.setAutostart(autostart: true)
        #expect(try await calls.autostart())
        _ = try await host.service.nodeDeviceDefineXML(xml: document(value: "2"), flags: [])
        #expect(try await calls.autostart())
        #expect(try await calls.xmlDesc(flags: .inactive).contains("<attr name='a' value='2'/>"))
        try await calls.undefine(flags: 0)
        #expect(try await host.service.listAllNodeDevices(flags: .inactive).isEmpty)
        #expect(host.told.first == "defined \(Self.name)")
        #expect(host.told.last == "undefined \(Self.name)")
        let orders = (host.tree.text("calls") ?? "").split(separator: "\n").filter { !$0.hasPrefix("list") }
        #expect(
            orders == [
                "define --parent=0000:00:02.0 --jsonfile=/dev/stdin --uuid=\(Self.uuid)",
                "modify --uuid \(Self.uuid) --auto",
                "modify --parent=0000:00:02.0 --jsonfile=/dev/stdin --uuid=\(Self.uuid) --defined",
                "undefine --uuid=\(Self.uuid)",
            ])
    }

    @Test("the program says which identity it gave a device, and a parent is named as the kernel does")
    func parents() async throws {
        let host = try await Host(mdevctl: "mdevctl")
        for (parent, address) in [
            ("css_0_0_0070", "0_0_0070"), ("ap_matrix", "matrix"), ("mtty_mtty", "mtty"),
        ] {
            let device = try await host.service.nodeDeviceDefineXML(
                xml: document(parent: parent, uuid: nil), flags: [])
            #expect(device.name == "mdev_01234567_0123_0123_0123_0123456789ab_\(address)")
            #expect(try await host.device(device.name).parent() == parent)
            try await host.device(device.name).undefine(flags: 0)
        }
    }

    @Test("a device that is there and defined is both, and shown as it will be when it's started anew")
    func both() async throws {
        let host = try await Host(mdevctl: "mdevctl")
        let uuid = "c60cc60c-c60c-c60c-c60c-c60cc60cc60c"
        let xml = document(uuid: uuid, type: "i915-GVTg_V5_4")
        let name = try await host.service.nodeDeviceDefineXML(xml: xml, flags: []).name
        let device = host.device(name)
        let states = try await [device.isActive(), device.isPersistent()]
        #expect(states == [true, true])
        let inactive = try await device.xmlDesc(flags: .inactive)
        #expect(inactive.contains("<iommuGroup number='9'/>") && inactive.contains("<attr"))
        #expect(!inactive.contains("<path>") && !inactive.contains("<driver>"))
        #expect(await words { try await device.create(flags: 0) }.hasSuffix("Device is already active"))
        try await device.destroy()
        let call = "stop --uuid=\(uuid)"
        #expect(host.tree.text("calls")?.contains(call) == true)
    }

    @Test("a device appears once the program has made it")
    func start() async throws {
        let host = try await Host(mdevctl: "mdevctl")
        _ = try await host.service.nodeDeviceDefineXML(xml: document(), flags: [])
        let folder = "sys/devices/pci0000:00/0000:00:02.0/\(Self.uuid)"
        try host.tree.write("\(folder)/uevent", "DRIVER=vfio_mdev\n")
        try host.tree.link("\(folder)/subsystem", to: "../../../../bus/mdev")
        try host.tree.link("\(folder)/mdev_type", to: "../mdev_supported_types/i915-GVTg_V5_4")
        try host.tree.link(
            "sys/bus/mdev/devices/\(Self.uuid)", to: "../../../devices/pci0000:00/0000:00:02.0/\(Self.uuid)")
        try await host.device(Self.name).create(flags: 0)
        #expect(try await host.device(Self.name).isActive())
        #expect(host.told.last == "created \(Self.name)")
        try host.tree.write("fails", "")
        let failed = await words { try await host.device(Self.name).destroy() }
        #expect(failed == "internal error: Unable to destroy '\(Self.name)': it fails\n")
    }

    @Test("what can't be is refused in libvirt's words")
    func refusals() async throws {
        let host = try await Host(mdevctl: "mdevctl")
        func defining(_ parent: String) async -> String {
            await words {
                try await host.service.nodeDeviceDefineXML(xml: document(parent: parent), flags: [])
            }
        }
        #expect(await defining("nope") == "unsupported configuration: invalid parent device 'nope'")
        #expect(await defining("").hasSuffix("missing parent device"))
        #expect(await defining("computer").hasSuffix("Unable to find address for parent device 'computer'"))
        let computer = host.device("computer")
        #expect(await words { try await computer.destroy() }.hasSuffix("Unsupported device type"))
        #expect(
            await words { try await computer.setAutostart(autostart: true) }.hasSuffix(
                "Unsupported device type"))
        #expect(await words { try await computer.undefine(flags: 0) }.hasSuffix("Unsupported device type"))
        #expect(await words { try await computer.create(flags: 0) }.hasSuffix("Device is already active"))
        let live = host.device("mdev_c60cc60c_c60c_c60c_c60c_c60cc60cc60c_0000_00_02_0")
        #expect(
            await words { try await live.setAutostart(autostart: true) }.hasSuffix(
                "cannot set autostart for transient device"))
        #expect(await words { try await live.undefine(flags: 0) }.hasSuffix("is not defined"))
        #expect(await words { try await live.xmlDesc(flags: .inactive) }.hasSuffix("is not persistent"))
    }

    @Test("published devices are ordered as libvirt orders them", .published)
    func published() throws {
        let folder = "nodedev-mdevctl/nodedevmdevctldata"
        var count = CaseCount("nodedev-mdevctl")
        for file in Published.names(in: folder, ending: ".argv") {
            let name = String(file.dropLast(".argv".count))
            guard let expected = Published.text("\(folder)/\(file)"), let order = Self.order(name) else {
                continue
            }
            let input = Published.text("\(folder)/\(name).json")
            count.add(name) {
                let text = (["mdevctl"] + order.arguments).joined(separator: " \\\n") + "\n"
                return text == expected && order.input == input?.trimmingSuffix("\n")
                    ? "" : "\(text)\(order.input ?? "")"
            }
        }
        for file in Published.names(in: folder, ending: ".out.xml") {
            let name = String(file.dropLast(".out.xml".count))
            guard let list = Published.text("\(folder)/\(name).json") else { continue }
            count.add(name) {
                let text = try MediatedDevice.all(in: list).map(Self.document).joined()
                return text == Published.text("\(folder)/\(file)") ? "" : text
            }
        }
        count.tell()
    }

    /// What a case of this name orders; the device's document stands elsewhere.
    private static func order(_ name: String) -> Mdevctl.Order? {
        if name == "mdevctl-list-defined" { return .list(defined: true) }
        if name == "mdevctl-list-active" || name == "mdevctl-list" { return .list(defined: false) }
        let parts = name.split(separator: "-")
        guard let device = parts.first, let word = parts.last,
            let text = Published.text("nodedev/nodedevschemadata/\(device).xml"),
            let definition = try? NodeDeviceDefinition(xml: text, options: .inactive),
            case .mdev(let mdev)? = definition.capabilities.first
        else { return nil }
        let parent = address(definition.parent ?? "")
        let digits = device.dropFirst("mdev_".count).split(separator: "_").joined(separator: "-")
        let uuid = mdev.uuid ?? UUID(digits) ?? .zero
        switch word {
        case "define": return .define(mdev, parent: parent)
        case "create": return .create(mdev, parent: parent)
        case "start": return .start(uuid)
        case "stop": return .stop(uuid, name: "")
        case "undefine": return .undefine(uuid)
        case "autostart": return .autostart(uuid, !parts.contains("disable"))
        default: return nil
        }
    }

    /// The kernel's names of the parents in published data.
    private static func address(_ name: String) -> String {
        if name == "ap_matrix" { return "matrix" }
        let parts = name.split(separator: "_").dropFirst()
        if name.hasPrefix("css_") { return parts.joined(separator: ".") }
        return parts.dropLast().joined(separator: ":") + "." + (parts.last ?? "")
    }

    private static func document(_ device: MediatedDevice) throws -> String {
        let address = device.parent.map { $0.isLetter || $0.isNumber ? $0 : "_" }.map(String.init).joined()
        let kind = device.parent == "matrix" ? "ap" : device.parent.contains(":") ? "pci" : "css"
        var kept = NodeDevice(device.name)
        kept.kept = device
        kept.kept?.parentName = "\(kind)_\(address)"
        return try kept.definition.xml()
    }
}

extension String {
    fileprivate func trimmingSuffix(_ end: Character) -> String {
        var text = self
        while text.last == end { text.removeLast() }
        return text
    }
}
