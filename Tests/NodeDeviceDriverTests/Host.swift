import DriverKit
import LinuxSystem
import Logging
import PublishedData
import Synchronization
import Virt
import VirtDriver

@testable import NodeDeviceDriver

/// A driver on a tree of files, and what it told.
final class Host {
    let tree: SystemTree
    let driver: NodeDeviceDriver
    private let events = EventHub()
    private let heard = Heard()
    private var subscription: (any EventSubscription)?

    /// - Parameter mdevctl: the program that plays mdevctl; none without.
    init(mdevctl: String? = nil) async throws {
        let tree = try SystemTree()
        self.tree = tree
        driver = NodeDeviceDriver(
            tree: DeviceTree(root: tree.path), mdevctl: mdevctl.map { "\(tree.path)/\($0)" } ?? "/nowhere",
            uriPath: "/system", events: events,
            log: Logger(label: "nodedev") { _ in SwiftLogNoOpLogHandler() })
        if let mdevctl { try Self.addMdevctl(tree, mdevctl) }
        try await driver.start()
        let heard = heard
        subscription = events.subscribe { heard.hear($0) }
    }

    var service: any NodeDeviceService { LocalNodeDeviceService(driver: driver) }
    func device(_ name: String) -> any NodeDeviceOperations { NodeDeviceCalls(driver: driver, name: name) }
    var told: [String] { heard.all }

    /// A program that keeps what it is given in a folder, as mdevctl does, and writes down how it was called.
    private static func addMdevctl(_ tree: SystemTree, _ name: String) throws {
        let script = """
            #!/bin/sh
            cd "\(tree.path)" && mkdir -p kept
            echo "$*" >> calls
            for word; do case $word in
                --parent=*) parent=${word#*=} ;; --uuid=*) uuid=${word#*=} ;; --defined) defined=1 ;;
            esac; done
            [ "$2" != --uuid ] || uuid=$3
            case $1 in
            define|modify)
                uuid=${uuid:-01234567-0123-0123-0123-0123456789ab}
                case $* in
                *--jsonfile*) cat > kept/$uuid; echo $parent > kept/.$uuid ;;
                *--auto) sed -i 's/"manual"/"auto"/' kept/$uuid ;;
                *--manual) sed -i 's/"auto"/"manual"/' kept/$uuid ;;
                esac
                [ $1 != define ] || echo $uuid ;;
            undefine) rm kept/$uuid ;;
            start|stop) [ ! -e fails ] || { echo "it fails" >&2; exit 1; } ;;
            list)
                [ -n "$defined" ] || { echo '[]'; exit; }
                echo '[{'; first=
                for file in kept/*; do [ -e "$file" ] || continue
                    uuid=${file#kept/}
                    printf '%s"%s":[{"%s":%s}]\\n' "$first" "$(cat kept/.$uuid)" "$uuid" "$(cat $file)"; first=,
                done
                echo '}]' ;;
            esac
            """
        try tree.write(name, script)
        try FileSystem.open("\(tree.path)/\(name)").setMode(0o755)
    }
}

/// What was told, in words.
final class Heard: Sendable {
    private let words = Mutex<[String]>([])
    var all: [String] { words.withLock { $0 } }

    func hear(_ published: PublishedEvent) {
        let names = ["created", "deleted", "defined", "undefined"]
        let word: String? =
            switch published.event {
            case .nodeDeviceLifecycle(let it): "\(names[Int(it.event)]) \(it.device.name)"
            case .nodeDeviceUpdate(let it): "updated \(it.device.name)"
            default: nil
            }
        if let word { words.withLock { $0.append(word) } }
    }
}

/// The words of the error that a call ends with; empty if it doesn't.
func words<Value>(_ body: () async throws -> Value) async -> String {
    do {
        _ = try await body()
        return ""
    } catch {
        return (error as? VirtError)?.message ?? "\(error)"
    }
}
