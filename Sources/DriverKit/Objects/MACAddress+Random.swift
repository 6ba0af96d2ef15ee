import LinuxSystem
import VirtXML

extension MACAddress {
    /// An address for a card or a bridge that was given none, with QEMU's own prefix as libvirt takes it.
    public static func random() -> MACAddress {
        let bytes = Random.bytes(3)
        return MACAddress((0x52, 0x54, 0x00, bytes[0], bytes[1], bytes[2]))
    }
}
