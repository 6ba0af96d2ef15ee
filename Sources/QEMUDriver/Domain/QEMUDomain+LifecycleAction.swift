import DriverKit
import JSON
import QEMUModel
import Virt
import VirtDriver
import VirtXML

extension QEMUDomain {
    func setLifecycleAction(
        type: UInt32, action: UInt32, flags: DomainModificationImpact
    ) async throws(VirtError) {
        try flags.require([.live, .config], in: "qemuDomainSetLifecycleAction", from: .qemu)
        let actions: [LifecycleAction] = [
            .destroy, .restart, .renameRestart, .preserve, .coredumpDestroy, .coredumpRestart,
        ]
        let events = ["poweroff", "reboot", "crash"]
        guard type < events.count else {
            throw .refused("virDomainSetLifecycleAction", "type", "type must be less than \(events.count)")
        }
        guard action < actions.count else {
            throw .refused(
                "virDomainSetLifecycleAction", "action", "action must be less than \(actions.count)")
        }
        let wanted = actions[Int(action)]
        try Self.check(wanted, on: events[Int(type)])
        try await changeBoth("lifecycle action", flags) { (definition, _) throws(VirtError) in
            switch type {
            case 0: definition.onPoweroff = wanted
            case 1: definition.onReboot = wanted
            default: definition.onCrash = wanted
            }
        } live: { (domain) async throws(VirtError) in
            // QEMU itself resets the machine where the guest reboots, or ends with it.
            if type == 1 {
                try await domain.ask(
                    "set-action", ["reboot": wanted == .destroy ? "shutdown" : "reset"])
            }
            return []
        }
    }

    /// What QEMU's guests can do when that happens.
    private static func check(_ action: LifecycleAction, on event: String) throws(VirtError) {
        if event != "crash", action == .coredumpDestroy || action == .coredumpRestart {
            throw VirtError(
                .configUnsupported,
                "Lifecycle event '\(event)' doesn't support '\(action.rawValue)' action", from: .domain)
        }
        if action == .renameRestart {
            throw VirtError(
                .configUnsupported,
                "qemu driver doesn't support the 'rename-restart' action for 'on_reboot'/'on_poweroff'/'on_crash'",
                from: .qemu)
        }
        if event != "crash", action == .preserve {
            throw VirtError(
                .configUnsupported,
                "qemu driver doesn't support the 'preserve' action for 'on_reboot'/'on_poweroff'",
                from: .qemu)
        }
    }
}
