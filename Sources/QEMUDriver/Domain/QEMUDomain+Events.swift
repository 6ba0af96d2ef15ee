import ByteText
import DriverKit
import JSON
import Logging
import QEMUModel
import QMP
import Virt
import VirtXML

extension QEMUDomain {
    /// Something happened in QEMU of a run, be it that we asked for it or not. It keeps no later event waiting.
    func handle(_ event: QMPEvent, of run: Int32) {
        guard guest(run) != nil else { return }
        log(event)
        if let news = AgentNews(event) { tellAgent(news) }
        switch event.name {
        case "STOP": hear(.stopped, of: run)
        case "RESUME": hear(.resumed, of: run)
        case "RESET": hear(.reset, of: run)
        case "SHUTDOWN": hear(.shutdown(byGuest: event.data["guest"]?.bool ?? false), of: run)
        case "GUEST_PANICKED": hear(.panicked, of: run)
        case "SUSPEND": hear(.fellAsleep, of: run)
        case "SUSPEND_DISK": fellAsleepOnDisk()
        case "WAKEUP": hear(.wokeUp, of: run)
        case "MIGRATION", "MIGRATION_PASS", "DUMP_COMPLETED": migrationChanged(event, of: run)
        case "BALLOON_CHANGE": balloonChanged(event)
        case "RTC_CHANGE": clockChanged(event)
        case "BLOCK_IO_ERROR": diskFailed(event, of: run)
        case "JOB_STATUS_CHANGE": jobChanged(event, of: run)
        case "BLOCK_WRITE_THRESHOLD": thresholdReached(event, of: run)
        case "WATCHDOG": watchdogFired(event, of: run)
        case "VSERPORT_CHANGE": channelChanged(event)
        case "NIC_RX_FILTER_CHANGED": Task { await filtersChanged(event, of: run) }
        case "DEVICE_TRAY_MOVED": trayMoved(event)
        case "DEVICE_DELETED", "DEVICE_UNPLUG_GUEST_ERROR", "MEM_UNPLUG_ERROR":
            Task { await handleUnplug(event, of: run) }
        default: break
        }
    }

    private func balloonChanged(_ event: QMPEvent) {
        guard let actual = event.data["actual"]?.uint else { return }
        let change = DomainBalloonChangeEvent(domain: snapshot.reference, actual: actual / 1024)
        publish([.domainBalloonChange(change)]) { $0.run.balloon = actual / 1024 }
    }

    /// The guest has written itself to its disk, and switches itself off next.
    private func fellAsleepOnDisk() {
        context.events.publish(.domainPmSuspendDisk(DomainPmSuspendDiskEvent(domain: snapshot.reference)))
    }

    private func clockChanged(_ event: QMPEvent) {
        guard let offset = event.data["offset"]?.int else { return }
        context.events.publish(
            .domainRtcChange(DomainRtcChangeEvent(domain: snapshot.reference, offset: offset)))
    }

    private func watchdogFired(_ event: QMPEvent, of run: Int32) {
        let actions = [
            "none": 0, "pause": 1, "reset": 2, "poweroff": 3, "shutdown": 4, "debug": 5, "inject-nmi": 6,
        ]
        let action = event.data["action"]?.string.flatMap { actions[$0] } ?? 0
        if action == 1 { hear(.watchdogPauses, of: run) }
        context.events.publish(
            .domainWatchdog(DomainWatchdogEvent(domain: snapshot.reference, action: Int32(action))))
    }

    private func diskFailed(_ event: QMPEvent, of run: Int32) {
        let actions = ["ignore": 0, "stop": 1, "report": 2]
        let action = Int32(event.data["action"]?.string.flatMap { actions[$0] } ?? 0)
        let node = event.data["qom-path"]?.string ?? event.data["device"]?.string ?? ""
        let disk = snapshot.live?.devices.disks.first { disk in
            disk.info.alias.map { node.contains(bytesOf: $0) } ?? false
        }
        let (path, alias) = (disk?.source.path ?? "", disk?.info.alias ?? "")
        let reason = event.data["nospace"]?.bool == true ? "enospc" : ""
        if action == 1 { hear(.diskErrorPauses, of: run) }
        let reference = snapshot.reference
        context.events.publish(
            .domainIoError(
                DomainIoErrorEvent(domain: reference, srcPath: path, devAlias: alias, action: action)))
        context.events.publish(
            .domainIoErrorReason(
                DomainIoErrorReasonEvent(
                    domain: reference, srcPath: path, devAlias: alias, action: action, reason: reason)))
    }

    private func trayMoved(_ event: QMPEvent) {
        guard let id = event.data["id"]?.string, let isOpen = event.data["tray-open"]?.bool else { return }
        let change = DomainTrayChangeEvent(domain: snapshot.reference, devAlias: id, reason: isOpen ? 0 : 1)
        context.events.publish(.domainTrayChange(change))
    }

    private func channelChanged(_ event: QMPEvent) {
        guard let id = event.data["id"]?.string, let isOpen = event.data["open"]?.bool else { return }
        setChannel(id, isConnected: isOpen, .channel)
    }

    /// Notes whether somebody in the guest listens to a channel; that its agent does is told to all.
    func setChannel(_ alias: String, isConnected: Bool, _ reason: ConnectDomainEventAgentLifecycleReason) {
        guard let change = snapshot.live?.channelChange(alias, isConnected: isConnected) else { return }
        publish { $0.live?.devices.channels[change.index].target = change.target }
        guard change.target.name == ChannelDevice.agentName else { return }
        agentChanged(isConnected: isConnected)
        let state: ConnectDomainEventAgentLifecycleState = isConnected ? .connected : .disconnected
        context.events.publish(
            .domainAgentLifecycle(
                DomainAgentLifecycleEvent(
                    domain: snapshot.reference, state: state.rawValue, reason: reason.rawValue)))
    }
}

extension ChannelDevice {
    /// The name under which QEMU's guest agent listens.
    static let agentName = "org.qemu.guest_agent.0"
}

extension DomainDefinition {
    /// What a channel becomes when somebody in the guest begins or ends to listen; nil where it is so already.
    fileprivate func channelChange(
        _ alias: String, isConnected: Bool
    ) -> (index: Int, target: ChannelDevice.Target)? {
        let state: ChannelDevice.State = isConnected ? .connected : .disconnected
        guard let index = devices.channels.firstIndex(where: { $0.info.alias == alias }),
            case .virtio(let name, let former) = devices.channels[index].target, former != state
        else { return nil }
        return (index, .virtio(name: name, state: state))
    }
}
