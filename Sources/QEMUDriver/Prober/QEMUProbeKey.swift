import ByteText
import Glibc
import JSON
import LinuxSystem
import QEMUModel
import Synchronization

/// What an answer of QEMU's depends on: the binary, and the host that it ran on. As long as it is the same,
/// nothing need be asked again.
struct QEMUProbeKey: Hashable, Sendable {
    var emulator: String
    var size: UInt64
    /// When the binary was changed last, in nanoseconds since 1970.
    var modified: Int64
    var host: QEMUProbeHost

    /// The key of a binary as it is now; may wait on the disk.
    init(emulator: String, host: QEMUProbeHost) throws(QEMUProbeError) {
        guard let status = try? FileSystem.status(of: emulator), status.kind == .regular else {
            throw .missing(emulator: emulator)
        }
        guard FileSystem.isAccessible(emulator, X_OK) else { throw .notExecutable(emulator: emulator) }
        self.emulator = emulator
        size = status.size
        modified = status.modified
        self.host = host
    }

    /// The key as a cache file begins with it.
    var document: JSONValue {
        [
            "format": 1, "emulator": .string(emulator), "size": JSONValue(size),
            "modified": JSONValue(modified), "kernel": .string(host.kernel), "cpu": .string(host.cpu),
            "kvm": .string(host.kvm.rawValue),
        ]
    }
}

/// What of the host a binary's abilities depend on.
public struct QEMUProbeHost: Hashable, Sendable {
    /// Whether QEMU's user may use hardware virtualization.
    public enum KVM: String, Sendable {
        case usable

        /// Why it can't be used, and what to do about it.
        var reason: String? {
            switch self {
            case .usable: nil
            case .forbidden: "/dev/kvm is there, but QEMU's user may not open it (is it in the group kvm?)"
            case .absent:
                "/dev/kvm is not there (is virtualization on in the host's firmware, and the module kvm loaded?); "
                    + "type='qemu' does without"
            }
        }

        /// The device is there, but this user may not open it.
        case forbidden
        case absent
    }

    public var kernel: String
    /// The processor's model and features.
    public var cpu: String
    public var kvm: KVM

    public init(kernel: String, cpu: String, kvm: KVM) {
        self.kernel = kernel
        self.cpu = cpu
        self.kvm = kvm
    }

    /// This host as it is each time that it is asked for: what can't change while the process runs is read once.
    public static func watched() -> @Sendable () -> QEMUProbeHost {
        let first = Mutex<QEMUProbeHost?>(nil)
        return {
            first.withLock { first in
                var host = first ?? current()
                first = host
                host.kvm = ownAccess()
                return host
            }
        }
    }

    /// This host; may wait on the disk. `kvm` is what QEMU's user may do; this process' own user by default.
    public static func current(kvm: KVM? = nil) -> QEMUProbeHost {
        let kernel = (try? FileSystem.readText("/proc/sys/kernel/osrelease")) ?? ""
        return QEMUProbeHost(
            kernel: String(kernel.trimmingBlanks()), cpu: processor(), kvm: kvm ?? ownAccess())
    }

    private static func processor() -> String {
        let text = (try? FileSystem.readText("/proc/cpuinfo", limit: 16 << 20)) ?? ""
        // The first processor's lines: an empty one ends them.
        let first = text.split(atByte: "\n", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
        let kept = first.filter {
            $0.hasBytePrefix("model name") || $0.hasBytePrefix("flags") || $0.hasBytePrefix("microcode")
                || $0.hasBytePrefix("Features")
        }
        return kept.joined(separator: "; ")
    }

    private static func ownAccess() -> KVM {
        guard FileSystem.exists("/dev/kvm") else { return .absent }
        return FileSystem.isAccessible("/dev/kvm", R_OK | W_OK) ? .usable : .forbidden
    }
}
