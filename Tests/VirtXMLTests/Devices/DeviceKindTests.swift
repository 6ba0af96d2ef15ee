import PublishedData
import Testing
import VirtXML
import XMLBinding

/// The table of devices' kinds.
@Suite struct DeviceKindTests {
    @Test(
        "every kind is read by its element's name, listed, changed and taken out", arguments: DeviceKind.all)
    func table(_ kind: DeviceKind) throws {
        let device = try #require(Self.examples[kind.elementName])
        #expect(device.kind == kind.elementName)
        var devices = DomainDevices()
        devices.insert(device)
        #expect(devices.all == [device])
        var visits = 0
        devices.forEachInfo { info in
            info.alias = "ua-it"
            visits += 1
        }
        #expect(visits == (device.info == nil ? 0 : 1))
        #expect(devices.all.first?.alias == (device.info == nil ? nil : "ua-it"))
        for changed in devices.all { devices.replace(changed, with: device) }
        #expect(devices.all == [device])
        devices.remove(device)
        #expect(devices == DomainDevices())
    }

    /// What no domain of the project's has.
    private static let others = [
        "<lease><lockspace>l</lockspace><key>k</key><target path='/p'/></lease>",
        "<memory model='dimm'><target><size>524288</size></target></memory>",
    ]

    /// A device of each kind, out of the project's documents.
    private static let examples: [String: DomainDevice] = {
        var found: [String: DomainDevice] = [:]
        for device in others.compactMap({ try? DomainDevice(xml: $0) }) { found[device.kind] = device }
        for one in Golden.all(in: "domains") {
            guard let domain = try? DomainDefinition(xml: one.document(), options: .inactive) else {
                continue
            }
            for device in domain.devices.all where found[device.kind] == nil {
                found[device.kind] = device.with { $0.alias = nil }
            }
        }
        return found
    }()
}
