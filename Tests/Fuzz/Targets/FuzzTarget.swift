import Glibc

/// A parser that is fed with whatever the fuzzer makes up; `FUZZ_TARGET` chooses it by name.
enum FuzzTarget: String, CaseIterable {
    case xml, packet, json, uri, qmp, records, names, numbers, images, settings

    static let chosen: FuzzTarget = {
        let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? "xml"
        guard let target = FuzzTarget(rawValue: name) else {
            fatalError("FUZZ_TARGET is \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
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
        case .records: takeRecord(input)
        case .names: takeName(input)
        case .numbers: takeNumbers(input)
        case .images: takeImage(input)
        case .settings: takeSettings(input)
        }
    }
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.chosen.take(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// libFuzzer's own changes.
@_silgen_name("LLVMFuzzerMutate")
private func change(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ room: Int) -> Int

/// What libFuzzer calls to make the next input from a former one.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ room: Int, _ seed: UInt32) -> Int {
    var mutator = NumberMutator(seed: seed)
    guard FuzzTarget.chosen == .numbers, mutator.isWanted else { return change(start, count, room) }
    let changed = mutator.changed(Array(UnsafeBufferPointer(start: start, count: count)))
    guard changed.count <= room else { return change(start, count, room) }
    _ = UnsafeMutableBufferPointer(start: start, count: room).update(fromContentsOf: changed)
    return changed.count
}
