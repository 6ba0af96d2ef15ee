import ByteText
import DriverKit
import LinuxSystem
import Virt
import VirtXML

/// The program that makes mediated devices, and keeps how they are made.
struct Mdevctl: Sendable {
    let program: String

    /// What it is asked to do.
    enum Order: Sendable {
        case list(defined: Bool)
        case define(MdevCapability, parent: String)
        /// Makes one that nobody keeps.
        case create(MdevCapability, parent: String)
        case modify(MdevCapability, UUID, parent: String, isAutostarted: Bool, defined: Bool, live: Bool)
        case autostart(UUID, Bool)
        case start(UUID)
        case stop(UUID, name: String)
        case undefine(UUID)
    }

    /// Has it done, and takes what the program says.
    @discardableResult
    func run(_ order: Order) async throws(VirtError) -> String {
        guard ProgramOrders.find(program) != nil else {
            throw refused("Cannot find '\(program)' in path: No such file or directory")
        }
        let input = Array((order.input ?? "").utf8)
        let run: ProgramRun
        do throws(SystemError) {
            run = try await ProgramRun.run(program, order.arguments, input: input)
        } catch {
            throw VirtError(error, "\(order.failure): \(program) can't be run", from: .nodedev)
        }
        if run.status == .exited(0) { return run.text }
        throw refused("\(order.failure): \(run.errorText)")
    }

    private func refused(_ message: String) -> VirtError {
        VirtError(.internalError, message, from: .nodedev)
    }
}

extension Mdevctl.Order {
    var arguments: [String] {
        switch self {
        case .list(let defined): ["list", "--dumpjson"] + (defined ? ["--defined"] : [])
        case .define(let device, let parent): ["define"] + Self.made(parent, device.uuid)
        case .create(let device, let parent): ["start"] + Self.made(parent, device.uuid)
        case .modify(_, let uuid, let parent, _, let defined, let live):
            ["modify"] + Self.made(parent, uuid) + (defined ? ["--defined"] : []) + (live ? ["--live"] : [])
        case .autostart(let uuid, let isOn): ["modify", "--uuid", "\(uuid)", isOn ? "--auto" : "--manual"]
        case .start(let uuid): ["start", "--uuid=\(uuid)"]
        case .stop(let uuid, _): ["stop", "--uuid=\(uuid)"]
        case .undefine(let uuid): ["undefine", "--uuid=\(uuid)"]
        }
    }

    private static func made(_ parent: String, _ uuid: UUID?) -> [String] {
        ["--parent=\(parent)", "--jsonfile=/dev/stdin"] + (uuid.map { ["--uuid=\($0)"] } ?? [])
    }

    /// What is written to it.
    var input: String? {
        switch self {
        case .define(let device, _), .create(let device, _): device.configuration()
        case .modify(let device, _, _, let isAutostarted, _, _):
            device.configuration(isAutostarted: isAutostarted)
        default: nil
        }
    }

    /// What is said where it fails.
    fileprivate var failure: String {
        switch self {
        case .list: "failed to query mdevs from mdevctl"
        case .define: "Unable to define mediated device"
        case .create: "Unable to start mediated device"
        case .modify: "Unable to modify mediated device"
        case .autostart: "Unable to set autostart on mediated device"
        case .start: "Unable to create mediated device"
        case .stop(_, let name): "Unable to destroy '\(name)'"
        case .undefine: "Unable to undefine mediated device"
        }
    }
}
