import ByteText
import DriverKit
import QEMUModel
import Virt
import VirtXML

extension DiskDevice {
    /// Finds out where a volume is that the disk has by pool and name.
    mutating func locate(in volumes: any StorageVolumes) throws(VirtError) {
        guard source.type == .volume, let reference = source.volume else { return }
        let (volume, pool) = try volumes.volume(reference.volume, ofPool: reference.pool)
        if reference.mode != nil, pool.type != .iscsi {
            throw VirtError(
                .xmlError, "disk source mode is only valid when storage pool is of iscsi type", from: .storage
            )
        }
        if pool.type == .iscsiDirect || reference.mode == .direct {
            return try locate(volume, onServerOf: pool)
        }
        if pool.type == .rbd { return try locate(volume, inClusterOf: pool) }
        source.path = volume.target.path
        source.located =
            switch volume.type {
            case .dir: .dir
            case .block: .block
            default: .file
            }
        // What an image is isn't guessed: a guest could have made it look like anything.
        driver.format = driver.format ?? (source.located == .dir ? .fat : .raw)
    }
}

extension DiskDevice {
    /// The guest itself logs in to the server of an iSCSI pool.
    private mutating func locate(
        _ volume: StorageVolumeDefinition, onServerOf pool: StoragePoolDefinition
    ) throws(VirtError) {
        guard let unit = volume.name.split(atByte: ":").last, let target = pool.source.devices.first else {
            throw VirtError(
                .internalError, "unexpected iscsi volume name '\(volume.name)'", from: .storage)
        }
        var network = NetworkStorage()
        (network.protocol, network.name) = (.iscsi, "\(target.path)/\(unit)")
        network.initiator = pool.source.initiator
        locate(network, of: pool, port: 3260)
    }

    /// The guest itself opens an image of a Ceph cluster.
    private mutating func locate(
        _ volume: StorageVolumeDefinition, inClusterOf pool: StoragePoolDefinition
    ) throws(VirtError) {
        var network = NetworkStorage()
        (network.protocol, network.name) = (.rbd, volume.target.path)
        locate(network, of: pool, port: nil)
    }

    private mutating func locate(_ image: NetworkStorage, of pool: StoragePoolDefinition, port: Int32?) {
        var network = image
        network.hosts = pool.source.hosts.map { server in
            var host = StorageHost()
            (host.name, host.port) = (server.name, (server.port ?? port).flatMap { UInt32(exactly: $0) })
            return host
        }
        (source.network, source.located, source.path) = (network, .network, nil)
        if let login = pool.source.auth {
            var auth = StorageAuth()
            let kind = network.protocol == .rbd ? "ceph" : "iscsi"
            (auth.username, auth.secret.type, auth.secret.reference) = (login.username, kind, login.secret)
            source.auth = auth
        }
        driver.format = driver.format ?? .raw
    }
}

extension DomainDevice {
    /// The device with its volume found, if it has one.
    func located(in volumes: any StorageVolumes) throws(VirtError) -> DomainDevice {
        guard case .disk(var disk) = self else { return self }
        try disk.locate(in: volumes)
        return .disk(disk)
    }
}

extension DomainDefinition {
    /// Finds the volumes of all disks. What the guest can do without is left out where it isn't there: of a drive that
    /// takes media, the drive stays.
    mutating func locateVolumes(in volumes: any StorageVolumes) throws(VirtError) {
        var found: [DiskDevice] = []
        for disk in devices.disks {
            var disk = disk
            do throws(VirtError) {
                try disk.locate(in: volumes)
                found.append(disk)
            } catch {
                guard disk.source.startupPolicy == .optional else { throw error }
                guard disk.device == .cdrom || disk.device == .floppy else { continue }
                (disk.source, disk.driver.format) = (StorageSource(), nil)
                found.append(disk)
            }
        }
        devices.disks = found
    }

    /// The same for a guest that runs already, as far as it can be found out now.
    mutating func recallVolumes(from volumes: any StorageVolumes) {
        for index in devices.disks.indices { try? devices.disks[index].locate(in: volumes) }
    }
}
