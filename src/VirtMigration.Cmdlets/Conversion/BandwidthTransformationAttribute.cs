using System.Management.Automation;
using VirtMigration.Units;

namespace VirtMigration.Cmdlets.Conversion;

/// <summary>Takes a bandwidth as text with its unit, and refuses bare numbers: <c>100MB</c> reaches a parameter as 104857600.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BandwidthTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        UnitText.Read(inputData, Bandwidth.Parse, "a bandwidth", "10Gbps, 800Mbps or 100MiB/s; 100MB becomes a number before it gets here");
}
