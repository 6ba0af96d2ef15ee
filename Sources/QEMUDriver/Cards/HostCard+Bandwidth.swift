import HostKit
import Virt
import VirtXML

extension HostCard {
    /// Limits what the host's end sends and receives as its card says, or takes limits away. What a tap sends the guest
    /// receives, and what a link on top of another sends comes from the guest. May wait.
    func limit() throws(VirtError) {
        let (inbound, outbound) = (card.bandwidth?.inbound, card.bandwidth?.outbound)
        let isSenderGuest = card.type == .direct
        try LinkBandwidth.limit(
            name, sending: isSenderGuest ? outbound : inbound, receiving: isSenderGuest ? inbound : outbound)
    }
}
