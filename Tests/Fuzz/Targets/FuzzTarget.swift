import Glibc

/// A parser that is fed with whatever the fuzzer makes up; `FUZZ_TARGET` chooses it by name.
enum FuzzTarget: String {
    case xml, packet, json, uri, qmp

    static let chosen: FuzzTarget = {
        let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? "xml"
        guard let target = FuzzTarget(rawValue: name) else {
            fatalError("FUZZ_TARGET is xml, packet, json, uri or qmp")
        }
        return target
    }()

    /// Input may be refused; what is accepted must read the same once written. A fault ends the process.
    func take(_ input: [UInt8]) {
        switch self {
        case .xml: takeDocument(input)
        case .packet: takePacket(input)
        case .json: takeMonitorLines(input)
        case .uri: takeURI(input)
        case .qmp: takeMonitorTalk(input)
        }
    }
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.chosen.take(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
