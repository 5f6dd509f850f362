namespace VirtMigration.Planning;

/// <summary>Who asked for a setting, strongest first.</summary>
public enum SettingOrigin
{
    /// <summary>The command's parameter.</summary>
    Parameter,

    /// <summary>The VM's own override.</summary>
    Vm,

    /// <summary>The cluster's option.</summary>
    Cluster,

    /// <summary>The migration policy.</summary>
    Policy,

    /// <summary>What the hosts are and what they can do.</summary>
    Host,

    /// <summary>The product's default.</summary>
    Default,
}
