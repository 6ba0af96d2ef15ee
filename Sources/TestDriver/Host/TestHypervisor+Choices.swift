import ByteText
import DriverKit
import Processors
import Virt
import VirtDriver

/// What guests of the test host could have.
extension TestHypervisor {
    func nodeFreePages(
        pages: [UInt32], startCell: Int32, cellCount: UInt32, flags: UInt32
    ) throws(VirtError) -> [UInt64] {
        try flags.require(in: "testNodeGetFreePages", from: .test)
        guard UInt64(pages.count) * UInt64(cellCount) <= Self.mostPages else {
            throw VirtError(.internalError, "the result won't fit into \(Self.mostPages)", from: .rpc)
        }
        return (0..<cellCount).flatMap { index in
            pages.indices.map { size in
                // More of the greater pages, and more in each further cell.
                let factor = UInt64(1) << min(UInt64(size), 30)
                let cell = UInt64(bitPattern: Int64(startCell) + Int64(index))
                return 14 &* factor &- 7 &+ 12 &* factor &* cell
            }
        }
    }

    private static let mostPages: UInt64 = 1024

    func cpuModelNames(arch: String, flags: UInt32) throws(VirtError) -> [String] {
        try flags.require(in: "testConnectGetCPUModelNames", from: .test)
        return try ProcessorArchitecture.modelNames(of: arch, from: .test)
    }

    /// Nothing but a name can be chosen.
    func domainCapabilities(
        emulatorbin: String?, arch: String?, machine: String?, virttype: String?,
        flags: ConnectGetDomainCapabilitiesFlags
    ) throws(VirtError) -> String {
        try flags.require([], in: "testConnectGetDomainCapabilities", from: .test)
        if let virttype, !Self.types.contains(where: { $0.hasSameBytes(as: virttype) }) {
            throw VirtError(.invalidArg, "unknown virttype: \(virttype)", from: .test)
        }
        if let arch, !ProcessorArchitecture.names.contains(arch) {
            throw VirtError(.invalidArg, "unknown architecture: \(arch)", from: .test)
        }
        let path = emulatorbin.map { "  <path>\($0.inXML)</path>\n" } ?? ""
        let board = machine.map { "  <machine>\($0.inXML)</machine>\n" } ?? ""
        let modes = ["host-passthrough", "maximum", "host-model", "custom"].map {
            "    <mode name='\($0)' supported='no'/>\n"
        }
        return """
            <domainCapabilities>
            \(path)  <domain>\(virttype ?? "test")</domain>
            \(board)  <arch>\(arch ?? "i686")</arch>
              <cpu>
            \(modes.joined())  </cpu>
              <devices>
              </devices>
              <features>
                <sev supported='no'/>
                <sgx supported='no'/>
              </features>
            </domainCapabilities>

            """
    }

    private static let types = [
        "qemu", "kqemu", "kvm", "xen", "lxc", "uml", "openvz", "test", "vmware", "hyperv", "vbox", "phyp",
        "parallels", "bhyve", "vz",
    ]
}

extension String {
    /// It as the text of an element.
    fileprivate var inXML: String {
        let entities: [UInt8: String] = [
            UInt8(ascii: "&"): "&amp;", UInt8(ascii: "<"): "&lt;", UInt8(ascii: ">"): "&gt;",
        ]
        let bytes = utf8.flatMap { byte in entities[byte].map { Array($0.utf8) } ?? [byte] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
