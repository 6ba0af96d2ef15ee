import Dispatch
import DriverKit
import JSON
import Virt
import VirtDriver
import VirtXML
import XMLBinding

@testable import QEMUDriver
@testable import QEMUModel

/// A domain's document, all the way to QEMU's command line: refused, or of a size that has to do with the document's.
func takeNumbers(_ input: [UInt8]) {
    guard let qemu = InstalledQEMU.shared else { fatalError("this needs qemu-system-x86_64") }
    let text = String(decoding: input, as: UTF8.self)
    guard var domain = try? DomainDefinition(xml: text, options: .inactive) else { return }
    var host = QEMUHost(architecture: "x86_64") { MACAddress((0x52, 0x54, 0, 0, 0, 1)) }
    host.updatesABI = input.count % 2 == 0
    guard (try? domain.fillQEMUDefaults(qemu, host: host)) != nil else { return }
    check(domain, input)
    guard
        let dry = try? DryStart(
            domain, qemu, InstalledQEMU.configuration, NoStorageVolumes(), for: .conversion(NoSecretSource()))
    else { return }
    let size = dry.arguments.words.reduce(0) { $0 + $1.utf8.count }
    if size > 4 << 20 { fatalError("\(input.count) bytes of a document become \(size) of a command line") }
    check(dry.domain, input)
    plug(domain, dry.domain, qemu)
}

/// What is filled in must read the same, and be no more than what is asked for.
private func check(_ domain: DomainDefinition, _ input: [UInt8]) {
    guard let text = try? domain.xml(options: .secure) else { fatalError("what was taken can't be written") }
    if text.utf8.count > 16 << 20 {
        fatalError("\(input.count) bytes of a document become one of \(text.utf8.count)")
    }
    guard (try? DomainDefinition(xml: text, options: .secure)) != nil else {
        fatalError("what was written can't be read:\n\(text)")
    }
}

/// Changes by calls: processors by number, devices by their documents.
private func plug(_ definition: DomainDefinition, _ live: DomainDefinition, _ qemu: QEMUCapabilities) {
    for count in [UInt32(0), 1, definition.vcpu.maximum, .max] {
        var changed = definition
        _ = try? changed.setMaximumProcessors(count)
        _ = try? changed.setProcessors(count, hotpluggable: true)
        _ = try? changed.addIOThread(count)
    }
    _ = GuestProcessors(places: nil, running: [], maximum: Int(clamping: live.vcpu.maximum))
}

/// The QEMU of this machine, and where a guest of it would be.
enum InstalledQEMU {
    static let configuration = QEMUConfiguration(
        definitions: "/e", run: "/run/q", library: "/lib/q", logs: "/log", cache: "/cache")

    static let shared: QEMUCapabilities? = {
        let (answer, done) = (Answer(), DispatchSemaphore(value: 0))
        Task.detached {
            answer.value = try? await QEMUProber(cache: ".build-fuzz/qemu").capabilities(
                of: "/usr/bin/qemu-system-x86_64")
            done.signal()
        }
        done.wait()
        return answer.value
    }()

    /// Written before the semaphore is signalled, read after.
    private final class Answer: @unchecked Sendable {
        var value: QEMUCapabilities?
    }
}
