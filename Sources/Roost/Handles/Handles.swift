import Virt

/// A domain: a guest and its definition. libvirt's `virDomainPtr`.
public struct Domain: Sendable {
    /// The connection that it was found on.
    public let connection: Connection
    /// What names it to the driver.
    public let reference: DomainReference

    public init(connection: Connection, reference: DomainReference) {
        self.connection = connection
        self.reference = reference
    }
}

/// A snapshot of a domain. libvirt's `virDomainSnapshotPtr`.
public struct DomainSnapshot: Sendable {
    /// The connection that it was found on.
    public let connection: Connection
    /// What names it to the driver.
    public let reference: DomainSnapshotReference

    public init(connection: Connection, reference: DomainSnapshotReference) {
        self.connection = connection
        self.reference = reference
    }
}

/// A checkpoint of a domain. libvirt's `virDomainCheckpointPtr`.
public struct DomainCheckpoint: Sendable {
    /// The connection that it was found on.
    public let connection: Connection
    /// What names it to the driver.
    public let reference: DomainCheckpointReference

    public init(connection: Connection, reference: DomainCheckpointReference) {
        self.connection = connection
        self.reference = reference
    }
}

/// A virtual network. libvirt's `virNetworkPtr`.
public struct Network: Sendable {
    /// The connection that it was found on.
    public let connection: Connection
    /// What names it to the driver.
    public let reference: NetworkReference

    public init(connection: Connection, reference: NetworkReference) {
        self.connection = connection
        self.reference = reference
    }
}

/// A port of a virtual network. libvirt's `virNetworkPortPtr`.
public struct NetworkPort: Sendable {
    /// The connection that it was found on.
    public let connection: Connection
    /// What names it to the driver.
    public let reference: NetworkPortReference

    public init(connection: Connection, reference: NetworkPortReference) {
        self.connection = connection
        self.reference = reference
    }
}

/// A storage pool. libvirt's `virStoragePoolPtr`.
public struct StoragePool: Sendable {
    /// The connection that it was found on.
    public let connection: Connection
    /// What names it to the driver.
    public let reference: StoragePoolReference

    public init(connection: Connection, reference: StoragePoolReference) {
        self.connection = connection
        self.reference = reference
    }
}

/// A storage volume. libvirt's `virStorageVolPtr`.
public struct StorageVol: Sendable {
    /// The connection that it was found on.
    public let connection: Connection
    /// What names it to the driver.
    public let reference: StorageVolReference

    public init(connection: Connection, reference: StorageVolReference) {
        self.connection = connection
        self.reference = reference
    }
}

/// A device of the host. libvirt's `virNodeDevicePtr`.
public struct NodeDevice: Sendable {
    /// The connection that it was found on.
    public let connection: Connection
    /// What names it to the driver.
    public let reference: NodeDeviceReference

    public init(connection: Connection, reference: NodeDeviceReference) {
        self.connection = connection
        self.reference = reference
    }
}

/// A network interface of the host. libvirt's `virInterfacePtr`.
public struct Interface: Sendable {
    /// The connection that it was found on.
    public let connection: Connection
    /// What names it to the driver.
    public let reference: InterfaceReference

    public init(connection: Connection, reference: InterfaceReference) {
        self.connection = connection
        self.reference = reference
    }
}

/// A secret. libvirt's `virSecretPtr`.
public struct Secret: Sendable {
    /// The connection that it was found on.
    public let connection: Connection
    /// What names it to the driver.
    public let reference: SecretReference

    public init(connection: Connection, reference: SecretReference) {
        self.connection = connection
        self.reference = reference
    }
}

/// A network filter. libvirt's `virNWFilterPtr`.
public struct NWFilter: Sendable {
    /// The connection that it was found on.
    public let connection: Connection
    /// What names it to the driver.
    public let reference: NWFilterReference

    public init(connection: Connection, reference: NWFilterReference) {
        self.connection = connection
        self.reference = reference
    }
}

/// A network filter bound to a port. libvirt's `virNWFilterBindingPtr`.
public struct NWFilterBinding: Sendable {
    /// The connection that it was found on.
    public let connection: Connection
    /// What names it to the driver.
    public let reference: NWFilterBindingReference

    public init(connection: Connection, reference: NWFilterBindingReference) {
        self.connection = connection
        self.reference = reference
    }
}
