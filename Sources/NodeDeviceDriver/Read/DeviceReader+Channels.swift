import ByteText
import LinuxSystem
import VirtXML

extension DeviceReader {
    /// A channel of an s390, as far as devices are driven by way of it.
    func css(_ device: SystemDevice) -> Found? {
        guard let driver = device.driver, ["io_subchannel", "vfio_ccw"].contains(driver),
            let address = ChannelAddress(device.name)
        else { return nil }
        var css = CSSCapability()
        css.address = address
        css.channelAddress = device.text("dev_busid").flatMap { ChannelAddress($0) }
        css.mdevTypes = mdevTypes(device)
        return (Self.name("css", device.name), .css(css))
    }

    /// A device at the end of a channel.
    func ccw(_ device: SystemDevice) -> Found? {
        guard let address = ChannelAddress(device.name) else { return nil }
        var ccw = CCWCapability()
        (ccw.address, ccw.state) = (address, state(device))
        if let group = device.target("group_device") {
            var member = CCWCapability.GroupMember()
            member.device = Self.name("ccwgroup", group)
            ccw.group = member
        }
        return (Self.name("ccw", device.name), .ccw(ccw))
    }

    /// Devices that are one card together.
    func ccwGroup(_ device: SystemDevice) -> Found? {
        let members = (0..<8).compactMap { number -> CCWGroupCapability.Member? in
            guard let name = device.target("cdev\(number)") else { return nil }
            var member = CCWGroupCapability.Member()
            (member.reference, member.device) = ("cdev\(number)", Self.name("ccw", name))
            return member
        }
        guard let address = ChannelAddress(device.name), !members.isEmpty else { return nil }
        var group = CCWGroupCapability()
        (group.address, group.state, group.members) = (address, state(device), members)
        var card = CCWGroupCapability.QETH()
        card.cardType = device.text("card_type") ?? ""
        card.channelPath = device.text("chpid") ?? ""
        switch device.property("DEVTYPE") {
        case "qeth_layer2": group.layer2 = card
        case "qeth_layer3": group.layer3 = card
        default: group.generic = card
        }
        return (Self.name("ccwgroup", device.name), .ccwGroup(group))
    }

    private func state(_ device: SystemDevice) -> String {
        device.text("online") == "1" ? "online" : "offline"
    }

    func apCard(_ device: SystemDevice) -> Found? {
        guard let digits = device.name.droppingBytePrefix("card"), let adapter = UInt32(digits, radix: 16)
        else {
            return nil
        }
        var address = APAddress()
        address.adapter = adapter
        return (Self.name("ap", device.name), .apCard(address))
    }

    func apQueue(_ device: SystemDevice) -> Found? {
        let parts = device.name.split(atByte: ".").map { UInt32($0, radix: 16) }
        guard parts.count == 2, let adapter = parts[0], let domain = parts[1] else { return nil }
        var address = APAddress()
        (address.adapter, address.domain) = (adapter, domain)
        return (Self.name("ap", device.name), .apQueue(address))
    }
}

extension ChannelAddress {
    /// As the kernel writes it: `0.1.00fe`.
    init?(_ text: String) {
        let parts = text.split(atByte: ".").map { UInt32($0, radix: 16) }
        guard parts.count == 3, let cssid = parts[0], let ssid = parts[1], let devno = parts[2] else {
            return nil
        }
        self.init()
        (self.cssid, self.ssid, self.devno) = (cssid, ssid, devno)
    }

    /// The same again.
    var kernelName: String {
        let digits = String(devno, radix: 16)
        return String(cssid, radix: 16) + "." + String(ssid, radix: 16) + "."
            + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
