using System.Management.Automation;
using VirtMigration.Options;

namespace VirtMigration.Cmdlets.Conversion;

/// <summary>Takes a way to tell a guest of its migration as text.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class GuestNoticeTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        UnitText.Read(Bare(inputData) is { } bare and not (string or GuestNotice) ? $"{bare}" : inputData, GuestNotice.Parse, "a way to tell a guest of its migration", "Disabled, channel:NAME or agent:COMMAND");

    private static object? Bare(object? input) => input is PSObject wrapped ? wrapped.BaseObject : input;
}
