import Virt
import VirtXML

extension DomainDefinition {
    /// Adds an I/O thread.
    package mutating func addIOThread(_ id: UInt32) throws(VirtError) {
        if iothreads.threads.contains(where: { $0.id == id }) {
            throw VirtError(
                .invalidArg, "an IOThread is already using iothread_id '\(id)'", from: .qemu)
        }
        var thread = IOThread()
        thread.id = id
        iothreads.threads.append(thread)
        nameIOThreads()
    }

    /// Takes an I/O thread away that nothing uses, with all that was said of it.
    package mutating func removeIOThread(_ id: UInt32) throws(VirtError) {
        guard iothreads.threads.contains(where: { $0.id == id }) else {
            throw VirtError(
                .invalidArg, "cannot find IOThread '\(id)' in iothreadids list", from: .qemu)
        }
        if let disk = devices.disks.first(where: { $0.uses(id) }) {
            throw VirtError(
                .invalidArg,
                "cannot remove IOThread \(id) since it is being used by disk '\(disk.target.dev)'",
                from: .qemu)
        }
        if devices.controllers.contains(where: { $0.uses(id) }) {
            throw VirtError(
                .invalidArg, "cannot remove IOThread '\(id)' since it is being used by controller",
                from: .qemu)
        }
        iothreads.threads.removeAll { $0.id == id }
        nameIOThreads()
        changeTune { tune in
            tune.iothreadPins.removeAll { $0.iothread == id }
            for index in tune.iothreadSchedulers.indices {
                tune.iothreadSchedulers[index].iothreads.remove(Int(id))
            }
            tune.iothreadSchedulers.removeAll { $0.iothreads.isEmpty }
        }
    }

    /// Changes what is said of an I/O thread.
    package mutating func changeIOThread(
        _ id: UInt32, _ change: (inout IOThread) throws(VirtError) -> Void
    ) throws(VirtError) {
        guard let index = iothreads.threads.firstIndex(where: { $0.id == id }) else {
            throw VirtError(.invalidArg, "cannot find IOThread '\(id)' in iothreadids", from: .qemu)
        }
        try change(&iothreads.threads[index])
        nameIOThreads()
    }

    /// Counts the threads, and tells of each.
    private mutating func nameIOThreads() {
        iothreads.count = UInt32(clamping: iothreads.threads.count)
        for index in iothreads.threads.indices { iothreads.threads[index].isSpoken = true }
    }
}

extension DiskDevice {
    fileprivate func uses(_ thread: UInt32) -> Bool {
        driver.iothread == thread || driver.iothreads.contains { $0.id == thread }
    }
}

extension ControllerDevice {
    fileprivate func uses(_ thread: UInt32) -> Bool {
        driver?.iothread == thread || driver?.iothreads.contains { $0.id == thread } == true
    }
}
