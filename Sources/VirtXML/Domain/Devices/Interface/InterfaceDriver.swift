import XMLBinding

/// How the hypervisor serves a card.
public struct InterfaceDriver: XMLElement {
    /// `qemu` or `vhost`; for a card of the host, `kvm`, `vfio` or `xen`.
    public var name: Name?
    public var txmode: TXMode?
    public var ioeventfd: Bool?
    public var eventIndex: Bool?
    public var queues: UInt32?
    public var rxQueueSize: UInt32?
    public var txQueueSize: UInt32?
    public var rss: Bool?
    public var rssHashReport: Bool?
    public var virtio = VirtioOptions()
    @Boxed public var host: Offloads?
    @Boxed public var guest: Offloads?

    public init() {}

    /// Who moves the packets: QEMU, or the kernel.
    public enum Name: String, XMLWord { case qemu, vhost }

    public enum TXMode: String, XMLWord { case iothread, timer }

    public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
        if x.isReading { try virtio.bind(&x) }
        try x.attribute("name", &name)
        try x.attribute("txmode", &txmode)
        try x.onOff("ioeventfd", &ioeventfd)
        try x.onOff("event_idx", &eventIndex)
        try x.attribute("queues", &queues)
        try x.attribute("rx_queue_size", &rxQueueSize)
        try x.attribute("tx_queue_size", &txQueueSize)
        try x.onOff("rss", &rss)
        try x.onOff("rss_hash_report", &rssHashReport)
        if x.isWriting { try virtio.bind(&x) }
        try x.element("host", &host)
        try x.element("guest", &guest)
        if host == Offloads() { host = nil }
        if guest == Offloads() { guest = nil }
    }

    /// What work is left to the card.
    public struct Offloads: XMLElement {
        public var csum: Bool?
        public var gso: Bool?
        public var tso4: Bool?
        public var tso6: Bool?
        public var ecn: Bool?
        public var ufo: Bool?
        public var mrgRxbuf: Bool?

        public init() {}

        public mutating func bind(_ x: inout XMLBinder) throws(XMLError) {
            try x.onOff("csum", &csum)
            try x.onOff("gso", &gso)
            try x.onOff("tso4", &tso4)
            try x.onOff("tso6", &tso6)
            try x.onOff("ecn", &ecn)
            try x.onOff("ufo", &ufo)
            try x.onOff("mrg_rxbuf", &mrgRxbuf)
        }
    }
}
